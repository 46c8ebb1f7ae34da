using System.Text.Json;
using ChatBot.Functions.Database;
using ChatBot.Functions.Http;
using ChatBot.Shared.Billing;
using ChatBot.Shared.Usage;
using Npgsql;

namespace ChatBot.Functions.Billing;

/// <summary>Lists the users whose periods begin in a month, as who has the billing role sees them.</summary>
public sealed class PeriodUsers(ChatBotDatabase database)
{
    public Task<JsonPage<PeriodUser>> List(DateTimeOffset month, DateTimeOffset? after, Guid? afterId, int limit, CancellationToken cancellationToken) =>
        database.Page(
            Caller.Service,
            Statement.Of(
                PeriodUserSql.List,
                Parameter.Time(after is { } time && time > month ? time : month),
                // Nobody is nil.
                Parameter.Uuid(afterId ?? Guid.Empty),
                Parameter.Time(month.AddMonths(1)),
                Parameter.Integer(limit)),
            new PageShape<PeriodUser>(ChatBotJson.Default.PeriodUser, Read, last => Paging.Cursor(last.PeriodStart, last.UserId), limit),
            cancellationToken);

    private static PeriodUser Read(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        row.GetString(1),
        row.GetString(2),
        row.TextOrNull(3),
        row.Time(4),
        row.Time(5),
        ReadCap(row, 6),
        ReadCap(row, 10),
        ReadCap(row, 14),
        JsonSerializer.Deserialize(row.GetString(18), ChatBotJson.Default.IReadOnlyListRefusalCount)!);

    private static CapUsage ReadCap(NpgsqlDataReader row, int first) =>
        new(row.Decimal(first), row.Decimal(first + 1), row.DecimalOrNull(first + 2), row.Time(5), row.GetBoolean(first + 3));
}
