namespace ChatBot.Functions.Alerts;

public static class AlertSql
{
    /// <summary>
    /// What is due is taken for a while: nobody else sends it meanwhile, and what its taker does not get to, another one does.
    /// </summary>
    public const string Claim = """
        with due as (
          select a.id
          from billing.usage_alerts a
          where a.delivered_at is null and a.failed_at is null and a.due_at <= now()
          order by a.due_at
          limit $1
          for update skip locked
        ),
        claimed as (
          update billing.usage_alerts a
          set due_at = now() + $2,
              attempts = a.attempts + 1
          from due d
          where a.id = d.id
          returning a.id, a.kind, a.user_id, a.facts, a.attempts, a.created_at
        )
        select c.id, c.kind, c.user_id, c.facts::text, c.attempts, c.created_at,
          -- Users may write these settings past this program, through Supabase: what makes no sense counts as not set.
          coalesce(p.notification_settings -> 'email_notifications' = 'true', false),
          coalesce(p.notification_settings -> 'push_notifications' = 'true', false)
        from claimed c
        left join public.user_preferences p on p.user_id = c.user_id
        """;

    public const string Delivered = """
        update billing.usage_alerts
        set delivered_at = now(),
            failed_at = null,
            last_error = null
        where id = $1
        """;

    /// <summary>Unless it was taken again since.</summary>
    public const string TryLater = """
        update billing.usage_alerts
        set due_at = now() + $3,
            last_error = $4
        where id = $1 and attempts = $2 and delivered_at is null and failed_at is null
        """;

    public const string GiveUp = """
        update billing.usage_alerts
        set failed_at = now(),
            last_error = $2
        where id = $1 and delivered_at is null and failed_at is null
        """;

    /// <summary>An alert is news for so long.</summary>
    public const string GiveUpOld = """
        update billing.usage_alerts
        set failed_at = now()
        where delivered_at is null and failed_at is null and created_at < now() - $1::interval
        """;
}
