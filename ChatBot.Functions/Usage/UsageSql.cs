namespace ChatBot.Functions.Usage;

public static class UsageSql
{
    public const string Record = "select billing.record_usage($1, $2, $3)";

    public const string TextsToCount = """
        select t.role, t.content, t.tokens
        from chatbot.texts_to_count($1) t
        """;

    public const string UncountedTexts = """
        select t.message_id, t.content, t.changed_at
        from chatbot.uncounted_texts($1, $2) t
        """;

    public const string NoteTokenCounts = "select chatbot.note_token_counts($1, $2, $3, $4)";

    public const string RecordRefusals = "select billing.record_refusals($1)";

    private const string SelectStanding =
        "select s.plan_id, s.status, s.period_start, s.period_end, s.cap, s.cap_limit, s.used, s.reserved, s.reserved_by, s.resets_at, s.is_reached";

    public const string Standing = $"""
        {SelectStanding}
        from billing.usage_summary() s
        """;

    public const string StandingOf = $"""
        {SelectStanding}
        from billing.usage_summary_of($1) s
        """;

    public const string MyRefusals = """
        select r.kind, r.cap, r.count, r.first_at, r.last_at
        from billing.my_refusals($1) r
        """;

    public const string RefusalsOf = """
        select r.kind, r.cap, r.count, r.first_at, r.last_at
        from billing.refusals_of($2, $1) r
        """;

    public const string MyDaily = """
        select d.day, d.model, d.purpose, d.payer, d.calls, d.input_tokens, d.cached_input_tokens, d.cache_write_tokens,
          d.output_tokens, d.reasoning_tokens, d.cost
        from billing.my_daily($1, $2) d
        """;

    public const string MyEvents = """
        select e.id, e.completion_id, e.attempt, e.chat_id, e.purpose, e.model, e.quality, e.payer, e.input_tokens, e.cached_input_tokens,
          e.cache_write_tokens, e.output_tokens, e.reasoning_tokens, e.cost, e.currency, e.occurred_at
        from billing.my_events($1, $2, $3 + 1) e
        """;
}
