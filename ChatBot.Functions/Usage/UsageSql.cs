namespace ChatBot.Functions.Usage;

public static class UsageSql
{
    public const string Record = "select billing.record_usage($1, $2, $3)";

    public const string TextsToCount = """
        select t.role, t.content
        from chatbot.texts_to_count($1) t
        """;

    public const string Sweep = """
        select s.queue, s.completion_id
        from chatbot.sweep_completions($1, $2) s
        """;

    public const string MarkWoken = "select chatbot.mark_woken($1)";

    public const string ReleaseReservations = "select billing.release_reservations()";

    public const string UnblockPeriods = "select billing.unblock_periods()";

    public const string ClosePeriods = "select billing.close_periods($1)";

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
