namespace ChatBot.Functions.Completions;

public static class CompletionSql
{
    private const string SelectAdmission = """
        select b.completion_id, b.is_new, b.model, b.max_output_tokens, b.payer, b.reserved_tokens, b.reserved_cost, b.attempt, b.attempt_id,
          b.price_id, b.price_input, b.price_cached_input, b.price_output, b.price_reasoning, b.currency, b.messages::text,
          b.key_id, b.key_ciphertext, b.key_nonce, b.key_version, b.prompt_bound,
          b.price_cache_write
        """;

    public const string Begin = $"""
        {SelectAdmission}
        from chatbot.begin_completion($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) b
        """;

    public const string Estimate = """
        select e.model, e.payer, e.prompt_tokens, e.max_output_tokens, e.tokens, e.cost, e.currency, e.refusal::text
        from chatbot.estimate_completion($1, $2, $3, $4, $5) e
        """;

    public const string BeginAttempt = $"""
        {SelectAdmission}
        from chatbot.begin_attempt($1, $2, $3, $4, $5, $6, $7) b
        """;

    public const string AppendDeltas = """
        select a.id, a.cancel_requested, a.answer_deleted
        from chatbot.append_deltas($1, $2, $3, $4, $5, $6, $7, $8) a
        """;

    public const string Finish =
        "select chatbot.finish_completion($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";

    public const string ReadAnswer = """
        select a.state, a.finish_reason, a.error_code, a.is_dead, a.ends_unread, a.tail, a.tail_from, a.last_from, a.whole,
          a.receipt::text
        from chatbot.read_answer($1, $2) a
        """;

    public const string FindLive = "select chatbot.find_live_completion($1)";

    public const string InterruptDead = "select chatbot.interrupt_dead_completion($1)";

    public const string RequestStop = "select chatbot.request_stop($1, $2)";

    public const string ForgetStops = """
        delete from chatbot.stop_requests s
        where s.expires_at < now()
        """;

    public const string Follow = "select chatbot.follow_completion($1)";

    public const string IsFollowed = "select chatbot.is_followed($1, $2)";

    // A statement sees what was there before it began: the completion, before the function stored it.
    public const string Persist = """
        select chatbot.persist_message($1), (
          select c.state
          from chatbot.completions c
          where c.id = $1 and c.ended_at is not null and c.persisted_at is null and c.purpose = 'answer'
        )
        """;
}
