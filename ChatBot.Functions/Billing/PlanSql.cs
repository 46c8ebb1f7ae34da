namespace ChatBot.Functions.Billing;

public static class PlanSql
{
    private const string SelectPlan = """
        select p.id, p.name, p.is_default, p.token_cap, p.cost_cap, p.own_key_token_cap, p.daily_token_cap, p.daily_cost_cap,
          p.period_anchor_day::integer, p.requests_per_minute, p.concurrent_streams, p.max_output_tokens, p.models_allowed, p.stops_at_cap,
          p.max_chats, p.max_messages_per_chat, p.max_stored_bytes
        from billing.plans p
        """;

    public const string List = $"""
        {SelectPlan}
        order by p.id
        """;

    public const string Get = $"""
        {SelectPlan}
        where p.id = $1
        """;

    public const string Put = """
        insert into billing.plans (
          id, name, token_cap, cost_cap, own_key_token_cap, daily_token_cap, daily_cost_cap, period_anchor_day, requests_per_minute,
          concurrent_streams, max_output_tokens, models_allowed, stops_at_cap, max_chats, max_messages_per_chat, max_stored_bytes
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        on conflict (id) do update
        set name = excluded.name,
            token_cap = excluded.token_cap,
            cost_cap = excluded.cost_cap,
            own_key_token_cap = excluded.own_key_token_cap,
            daily_token_cap = excluded.daily_token_cap,
            daily_cost_cap = excluded.daily_cost_cap,
            period_anchor_day = excluded.period_anchor_day,
            requests_per_minute = excluded.requests_per_minute,
            concurrent_streams = excluded.concurrent_streams,
            max_output_tokens = excluded.max_output_tokens,
            models_allowed = excluded.models_allowed,
            stops_at_cap = excluded.stops_at_cap,
            max_chats = excluded.max_chats,
            max_messages_per_chat = excluded.max_messages_per_chat,
            max_stored_bytes = excluded.max_stored_bytes
        """;

    /// <summary>What the changes do not name stays as it is.</summary>
    public const string Update = """
        update billing.plans p
        set (
          name, token_cap, cost_cap, own_key_token_cap, daily_token_cap, daily_cost_cap, period_anchor_day, requests_per_minute,
          concurrent_streams, max_output_tokens, models_allowed, stops_at_cap, max_chats, max_messages_per_chat, max_stored_bytes
        ) = (
          select n.name, n.token_cap, n.cost_cap, n.own_key_token_cap, n.daily_token_cap, n.daily_cost_cap, n.period_anchor_day,
            n.requests_per_minute, n.concurrent_streams, n.max_output_tokens, n.models_allowed, n.stops_at_cap,
            n.max_chats, n.max_messages_per_chat, n.max_stored_bytes
          from jsonb_populate_record(p, $2) n
        )
        where p.id = $1
        """;

    public const string MakeDefault = "select billing.make_default($1)";

    public const string GetOfUser = """
        select u.plan_id, u.token_cap, u.cost_cap, u.own_key_token_cap, u.daily_token_cap, u.daily_cost_cap, u.period_anchor_day::integer,
          u.requests_per_minute, u.concurrent_streams, u.max_output_tokens, u.blocked_reason
        from billing.user_plans u
        where u.user_id = $1
        """;

    public const string PutOfUser = """
        insert into billing.user_plans (
          user_id, plan_id, token_cap, cost_cap, own_key_token_cap, daily_token_cap, daily_cost_cap, period_anchor_day, requests_per_minute,
          concurrent_streams, max_output_tokens, blocked_reason
        )
        select $1, p.id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
        from billing.plans p
        where p.id = $2
        on conflict (user_id) do update
        set plan_id = excluded.plan_id,
            token_cap = excluded.token_cap,
            cost_cap = excluded.cost_cap,
            own_key_token_cap = excluded.own_key_token_cap,
            daily_token_cap = excluded.daily_token_cap,
            daily_cost_cap = excluded.daily_cost_cap,
            period_anchor_day = excluded.period_anchor_day,
            requests_per_minute = excluded.requests_per_minute,
            concurrent_streams = excluded.concurrent_streams,
            max_output_tokens = excluded.max_output_tokens,
            blocked_reason = excluded.blocked_reason
        """;

    public const string UpdateOfUser = "select billing.change_user_plan($1, $2)";
}
