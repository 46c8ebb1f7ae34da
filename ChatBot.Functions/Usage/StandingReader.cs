using ChatBot.Functions.Database;
using ChatBot.Functions.Identity;
using ChatBot.Shared.Usage;
using Npgsql;

namespace ChatBot.Functions.Usage;

/// <summary>Where users stand, from the rows that the admission looks at, and what limits refused to them.</summary>
public sealed class StandingReader(ChatBotDatabase database)
{
    public Task<Standing> Of(CurrentUser user, CancellationToken cancellation) =>
        Read(
            user.Caller,
            Statement.Of(UsageSql.Standing),
            from => Statement.Of(UsageSql.MyRefusals, Parameter.Date(from)),
            cancellation);

    public Task<Standing> Of(Guid userId, CancellationToken cancellation) =>
        Read(
            Caller.Service,
            Statement.Of(UsageSql.StandingOf, Parameter.Uuid(userId)),
            from => Statement.Of(UsageSql.RefusalsOf, Parameter.Date(from), Parameter.Uuid(userId)),
            cancellation);

    private async Task<Standing> Read(
        Caller caller, NpgsqlBatchCommand standing, Func<DateOnly, NpgsqlBatchCommand> refusalsSince, CancellationToken cancellation)
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
                Standing: new CapStanding(row.Decimal(6), row.Decimal(7), row.DecimalOrNull(5), row.Time(9), row.GetBoolean(10)),
                LiveCompletions: row.GetFieldValue<Guid[]>(8)),
            cancellation);
        var first = caps[0];
        // Periods begin at midnight UTC.
        var refusals = await database.All(
            caller,
            refusalsSince(DateOnly.FromDateTime(first.PeriodStart.UtcDateTime)),
            row => new RefusalCount(row.GetString(0), row.TextOrNull(1), row.GetInt64(2), row.Time(3), row.Time(4)),
            cancellation);
        CapStanding Of(string cap) => caps.Single(c => c.Cap == cap).Standing;
        return new Standing(
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
