using ChatBot.Functions.Database;
using ChatBot.Functions.Identity;
using ChatBot.Shared.Usage;
using Npgsql;

namespace ChatBot.Functions.Usage;

/// <summary>Where users stand, from the rows that the admission looks at.</summary>
public sealed class StandingReader(ChatBotDatabase database)
{
    public Task<Standing> Of(CurrentUser user, CancellationToken cancellation) =>
        Read(user.Caller, Statement.Of(UsageSql.Standing), cancellation);

    public Task<Standing> Of(Guid userId, CancellationToken cancellation) =>
        Read(Caller.Service, Statement.Of(UsageSql.StandingOf, Parameter.Uuid(userId)), cancellation);

    private async Task<Standing> Read(Caller caller, NpgsqlBatchCommand statement, CancellationToken cancellation)
    {
        var caps = await database.All(
            caller,
            statement,
            row => (
                Plan: row.GetString(0),
                Status: row.GetString(1),
                PeriodStart: row.Time(2),
                PeriodEnd: row.Time(3),
                Cap: row.GetString(4),
                Standing: new CapStanding(row.GetDecimal(6), row.GetDecimal(7), row.ValueOrNull<decimal>(5), row.Time(9)),
                LiveCompletions: row.GetFieldValue<Guid[]>(8)),
            cancellation);
        CapStanding Of(string cap) => caps.Single(c => c.Cap == cap).Standing;
        var first = caps[0];
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
            [.. caps.SelectMany(c => c.LiveCompletions).Distinct()]);
    }
}
