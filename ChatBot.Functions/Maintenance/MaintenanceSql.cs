namespace ChatBot.Functions.Maintenance;

public static class MaintenanceSql
{
    public const string BeginTimerRun = "select chatbot.begin_timer_run($1, $2)";

    public const string EndTimerRun = "select chatbot.end_timer_run($1)";

    public const string Sweep = """
        select s.queue, s.completion_id, c.trace_parent, clock_timestamp() - greatest(c.ended_at, c.persisted_at)
        from chatbot.sweep_completions($1, $2, $3) s
        left join chatbot.completions c on c.id = s.completion_id
        """;

    public const string ReleaseReservations = "select billing.release_reservations()";

    public const string PlansToReview = """
        select p.id, p.updated_at
        from billing.plans p
        where p.is_review_due
        """;

    public const string ReviewPlan = "select billing.review_plan($1, $2, $3)";

    public const string EndReview = "select billing.end_review($1, $2)";

    public const string StopBlocked = "select chatbot.cancel_blocked()";
}
