namespace ChatBot.Functions.Reconciliation;

public static class ReconciliationSql
{
    /// <summary>No row where the day is done, or was tried by anybody within the last hour.</summary>
    public const string Claim = """
        insert into billing.reconciliation_runs as r (provider, day)
        values ('openai', $1)
        on conflict (provider, day) do update
        set attempts = r.attempts + 1,
            attempted_at = now()
        where r.completed_at is null and r.attempted_at < now() - interval '1 hour'
        returning r.day
        """;

    public const string Failed = """
        update billing.reconciliation_runs
        set last_error = $2
        where provider = 'openai' and day = $1 and completed_at is null
        """;

    public const string Completed = """
        update billing.reconciliation_runs
        set completed_at = now(),
            last_error = null
        where provider = 'openai' and day = $1
        """;

    /// <summary>What users pay for with a key of their own is on another bill.</summary>
    public const string Ledger = """
        select d.day, d.model, sum(d.input_tokens)::bigint, sum(d.output_tokens)::bigint, sum(d.calls)::bigint
        from billing.usage_daily d
        where d.day between $1 and $2 and d.payer = 'platform'
        group by d.day, d.model
        """;

    /// <summary>Puts what was compared in the place of what those days had, and raises an alert where the figures are off.</summary>
    public const string Replace = """
        with figures as (
          select f.day, f.model, f.input_tokens, f.output_tokens, f.requests, f.provider_input_tokens, f.provider_output_tokens,
            case $1 when 'openai' then f.provider_requests end as provider_requests,
            trim_scale(round((f.input_tokens + f.output_tokens)::numeric / nullif(f.provider_input_tokens + f.provider_output_tokens, 0), 6)) as ratio
          from unnest($4::date[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[])
            f (day, model, input_tokens, output_tokens, requests, provider_input_tokens, provider_output_tokens, provider_requests)
        ),
        gone as (
          delete from billing.reconciliations r
          where r.provider = $1 and r.day between $2 and $3
            and not exists (select from figures f where f.day = r.day and f.model = r.model)
        ),
        kept as (
          insert into billing.reconciliations (
            provider, day, model, input_tokens, output_tokens, requests, provider_input_tokens, provider_output_tokens, provider_requests, ratio
          )
          select $1, f.day, f.model, f.input_tokens, f.output_tokens, f.requests, f.provider_input_tokens, f.provider_output_tokens,
            f.provider_requests, f.ratio
          from figures f
          on conflict (provider, day, model) do update
          set input_tokens = excluded.input_tokens,
              output_tokens = excluded.output_tokens,
              requests = excluded.requests,
              provider_input_tokens = excluded.provider_input_tokens,
              provider_output_tokens = excluded.provider_output_tokens,
              provider_requests = excluded.provider_requests,
              ratio = excluded.ratio,
              compared_at = now()
        )
        select billing.raise_alert(
          format('reconciliation:%s:%s:%s', $1, f.day, f.model),
          'reconciliation',
          null,
          jsonb_build_object(
            'provider', $1,
            'day', f.day,
            'model', f.model,
            'ratio', f.ratio,
            'ours', jsonb_build_object('inputTokens', f.input_tokens, 'outputTokens', f.output_tokens, 'requests', f.requests),
            'theirs', jsonb_build_object(
              'inputTokens', f.provider_input_tokens, 'outputTokens', f.provider_output_tokens, 'requests', f.provider_requests
            )
          )
        )
        from figures f
        -- Without a ratio the provider has nothing, and we have something.
        where coalesce(f.ratio not between $12 and 1 / $12, true)
        """;

    public const string List = """
        select r.provider, r.day, r.model, r.input_tokens, r.output_tokens, r.requests, r.provider_input_tokens, r.provider_output_tokens,
          r.provider_requests, r.ratio, r.compared_at
        from billing.reconciliations r
        where r.day between $1 and $2 and ($3::text is null or r.provider = $3)
        order by r.day, r.provider, r.model
        """;
}
