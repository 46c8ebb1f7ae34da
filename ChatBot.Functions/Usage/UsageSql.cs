namespace ChatBot.Functions.Usage;

public static class UsageSql
{
    public const string Record = "select billing.record_usage($1, $2, $3)";

    public const string TextsToCount = """
        select t.role, t.content
        from chatbot.texts_to_count($1) t
        """;

    public const string Enforce = """
        select e.queue, e.completion_id
        from chatbot.enforce_usage_caps($1, $2) e
        """;

    public const string Standing = """
        select s.plan_id, s.status, s.period_start, s.resets_at, s.tokens_used, s.tokens_reserved, s.token_cap, s.cost_used, s.cost_reserved,
          s.cost_cap, s.own_key_tokens_used, s.own_key_tokens_reserved, s.own_key_token_cap, s.live_completions
        from billing.standing() s
        """;

    public const string AllowedModels = """
        select m.name, m.input, m.cached_input, m.output, m.reasoning, m.currency
        from billing.allowed_models($1) m
        """;
}
