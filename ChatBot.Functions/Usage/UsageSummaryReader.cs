using ChatBot.Functions.Database;
using ChatBot.Functions.Identity;
using ChatBot.Shared.Usage;
using Npgsql;

namespace ChatBot.Functions.Usage;

/// <summary>Where users stand, from the rows that the admission looks at, and what limits refused to them.</summary>
public sealed class UsageSummaryReader(ChatBotDatabase database)
{
    public Task<UsageSummary> Of(CurrentUser user, CancellationToken cancellationToken) =>
        Read(
            user.Caller,
            Statement.Of(UsageSql.Standing),
            from => Statement.Of(UsageSql.MyRefusals, Parameter.Date(from)),
            cancellationToken);

    public Task<UsageSummary> Of(Guid userId, CancellationToken cancellationToken) =>
        Read(
            Caller.Service,
            Statement.Of(UsageSql.StandingOf, Parameter.Uuid(userId)),
            from => Statement.Of(UsageSql.RefusalsOf, Parameter.Date(from), Parameter.Uuid(userId)),
            cancellationToken);

    private async Task<UsageSummary> Read(
        Caller caller, NpgsqlBatchCommand standing, Func<DateOnly, NpgsqlBatchCommand> refusalsSince, CancellationToken cancellationToken)
    {
        var caps = await database.All(
            caller,
            standing,
            row => (
                Plan: row.GetString(0),
                Status: row.GetString(1),
                PeriodStart: row.Time(2),
                PeriodEnd: row.Time(3),
                Cap: row.GetString(4),
                Standing: new CapUsage(row.Decimal(6), row.Decimal(7), row.DecimalOrNull(5), row.Time(9), row.GetBoolean(10)),
                LiveCompletions: row.GetFieldValue<Guid[]>(8)),
            cancellationToken);
        var first = caps[0];
        // Periods begin at midnight UTC.
        var refusals = await database.All(
            caller,
            refusalsSince(DateOnly.FromDateTime(first.PeriodStart.UtcDateTime)),
            row => new RefusalCount(row.GetString(0), row.TextOrNull(1), row.GetInt64(2), row.Time(3), row.Time(4)),
            cancellationToken);
        CapUsage Of(string cap) => caps.Single(c => c.Cap == cap).Standing;
        return new UsageSummary(
            first.Plan,
            first.Status,
            first.PeriodStart,
            first.PeriodEnd,
            Of("tokens"),
            Of("cost"),
            Of("daily_tokens"),
            Of("daily_cost"),
            Of("own_key_tokens"),
            [.. caps.SelectMany(c => c.LiveCompletions).Distinct()],
            refusals);
    }
}
