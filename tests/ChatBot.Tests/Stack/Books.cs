using Npgsql;
using Xunit;

namespace ChatBot.Tests.Stack;

/// <summary>What a user's completions have left behind, once nothing of them is under way any more.</summary>
/// <param name="Messages">Roles and statuses in order, such as <c>user, assistant complete</c>.</param>
/// <param name="Ledger">The qualities of the ledger's rows.</param>
/// <param name="Reservations">What is reserved for answers that have ended; nothing is right.</param>
/// <param name="Drafts">Pieces of drafts; nothing is right.</param>
/// <param name="TotalsAreSums">Whether the period's and the day's totals are what the ledger adds up to.</param>
public sealed record Books(string Messages, string Ledger, long Reservations, long Drafts, bool TotalsAreSums)
{
    private const string IsSettled = """
        select not exists (select from chatbot.completions where user_id = $1 and recorded_at is null)
        """;

    private const string Sums = """
        select
          coalesce((
            select string_agg(m.role || case m.role when 'assistant' then ' ' || m.status else '' end, ', ' order by m.seq)
            from public.messages m
            where m.user_id = $1 and m.superseded_by is null
          ), ''),
          coalesce((select string_agg(e.quality, ', ' order by e.attempt, e.recorded_at) from billing.usage_events e where e.user_id = $1), ''),
          (select count(*) from billing.usage_reservations r where r.user_id = $1),
          (
            select count(*)
            from chatbot.completion_deltas d
            join chatbot.completions c on c.id = d.completion_id
            where c.user_id = $1
          ),
          coalesce((select sum(p.tokens) from billing.usage_periods p where p.user_id = $1), 0) = ledger.tokens
            and coalesce((select sum(d.input_tokens + d.output_tokens) from billing.usage_daily d where d.user_id = $1), 0) = ledger.tokens
        from (
          select coalesce(sum(e.input_tokens + e.output_tokens), 0) as tokens
          from billing.usage_events e
          where e.user_id = $1
        ) ledger
        """;

    /// <summary>One exchange, answered whole and charged as the provider reported.</summary>
    public static Books OfOneAnswer { get; } = new("user, assistant complete", "reported", 0, 0, true);

    /// <summary>One exchange whose answer was cut off, charged by what there is of it.</summary>
    public static Books OfOneInterruption { get; } = new("user, assistant interrupted", "estimated", 0, 0, true);

    /// <summary>Nothing was taken in, and nothing charged.</summary>
    public static Books OfNothing { get; } = new("", "", 0, 0, true);

    /// <summary>Waits until all of the user's completions are recorded, and looks.</summary>
    public static async Task<Books> Settled(NpgsqlDataSource database, Guid user, TimeSpan? timeout = null)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var deadline = TimeProvider.System.GetUtcNow() + (timeout ?? TimeSpan.FromSeconds(60));
        await using (var settled = database.CreateCommand(IsSettled))
        {
            settled.Parameters.Add(new() { Value = user });
            while (await settled.ExecuteScalarAsync(cancellationToken) is not true)
            {
                Assert.True(TimeProvider.System.GetUtcNow() < deadline, "The user's completions are not recorded in time.");
                await Task.Delay(20, cancellationToken);
            }
        }

        await using var sums = database.CreateCommand(Sums);
        sums.Parameters.Add(new() { Value = user });
        await using var row = await sums.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetBoolean(4));
    }
}
