using Npgsql;

namespace ChatBot.Chaos;

/// <summary>Looks at the books four times a second while the run goes on: what holds at every moment is looked at in many.</summary>
public sealed class Sampler(NpgsqlDataSource database)
{
    private const string Look = """
        with adjusted as (
          select
            e.user_id,
            e.period_start,
            sum(e.input_tokens + e.output_tokens) as tokens,
            sum(greatest(e.input_tokens + e.output_tokens, 0)) as tokens_found_late,
            sum(greatest(e.cost, 0)) as cost_found_late
          from billing.usage_events e
          where e.quality = 'adjustment'
          group by e.user_id, e.period_start
        ),
        reserved as (
          select
            r.user_id,
            r.period_start,
            coalesce(sum(r.tokens) filter (where r.payer = 'platform'), 0) as tokens,
            coalesce(sum(r.cost) filter (where r.payer = 'platform'), 0) as cost,
            coalesce(sum(r.tokens) filter (where r.payer = 'own_key'), 0) as own_key_tokens
          from billing.usage_reservations r
          group by r.user_id, r.period_start
        )
        select
          p.user_id,
          (p.tokens + p.own_key_tokens - coalesce(a.tokens, 0))::bigint,
          -- What was found out when its reservation was gone could be kept under no cap.
          coalesce(p.tokens + coalesce(r.tokens, 0) - coalesce(a.tokens_found_late, 0) > l.token_cap, false)
            or coalesce(p.cost + coalesce(r.cost, 0) - coalesce(a.cost_found_late, 0) > l.cost_cap, false)
            or coalesce(p.own_key_tokens + coalesce(r.own_key_tokens, 0) - coalesce(a.tokens_found_late, 0) > l.own_key_token_cap, false)
        from billing.usage_periods p
        cross join lateral billing.limits_of(p.user_id) l
        left join adjusted a on a.user_id = p.user_id and a.period_start = p.period_start
        left join reserved r on r.user_id = p.user_id and r.period_start = p.period_start
        """;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<Guid, long> _sums = [];
    private readonly List<string> _overshoots = [];
    private readonly List<string> _decreases = [];

    public Samples Samples => new(Count, [.. _overshoots], [.. _decreases], new Dictionary<Guid, long>(_sums));

    private int Count { get; set; }

    public async Task RunAsync(CancellationToken ending)
    {
        while (!ending.IsCancellationRequested)
        {
            try
            {
                await LookAsync(ending);
            }
            catch (Exception e) when (e is NpgsqlException or OperationCanceledException)
            {
                // The database is away, or the run is over.
            }

            await Task.Delay(s_pause, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Look);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var (user, sum) = (rows.GetGuid(0), rows.GetInt64(1));
            if (rows.GetBoolean(2))
            {
                _overshoots.Add($"user {user} at {TimeProvider.System.GetUtcNow():HH:mm:ss.fff}");
            }

            if (_sums.TryGetValue(user, out var before) && sum < before)
            {
                _decreases.Add($"user {user}: {before} tokens became {sum} at {TimeProvider.System.GetUtcNow():HH:mm:ss.fff}");
            }

            _sums[user] = sum;
        }

        Count++;
    }
}

/// <summary>What was seen in many moments.</summary>
/// <param name="Overshoots">Users above a cap.</param>
/// <param name="Decreases">Users whose use became less.</param>
/// <param name="Sums">The last that was seen of each user's use, adjustments left out.</param>
public sealed record Samples(int Count, IReadOnlyList<string> Overshoots, IReadOnlyList<string> Decreases, IReadOnlyDictionary<Guid, long> Sums);
