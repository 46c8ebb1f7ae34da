using ChatBot.Functions.Database;
using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Shared;
using ChatBot.Shared.Usage;
using Microsoft.Azure.Functions.Worker;
using Npgsql;

namespace ChatBot.Functions.Usage;

public sealed class UsageFunctions(UsageSummaryReader standings, ChatBotDatabase database, TimeProvider time)
{
    private const int MaxDays = 366;
    private const int DaysByDefault = 31;

    [Function(nameof(GetUsage))]
    public async Task<IResult> GetUsage(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "usage")] HttpRequest request,
        CurrentUser user, CancellationToken cancellationToken) =>
        JsonResult.Of(await standings.Of(user, cancellationToken), ChatBotJson.Default.UsageSummary);

    [Function(nameof(ListDailyUsage))]
    public async Task<IResult> ListDailyUsage(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "usage/daily")] HttpRequest request,
        CurrentUser user, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var validation = new Validation().Range(request, today, DaysByDefault, MaxDays, out var from, out var to);
        if (validation.Problem() is { } invalid)
        {
            return invalid;
        }

        var days = await database.All(
            user.Caller,
            Statement.Of(UsageSql.MyDaily, Parameter.Date(from), Parameter.Date(to)),
            row => new DailyUsage(
                row.GetFieldValue<DateOnly>(0),
                row.GetString(1),
                row.GetString(2),
                row.GetString(3),
                row.GetInt64(4),
                row.GetInt64(5),
                row.GetInt64(6),
                row.GetInt64(7),
                row.GetInt64(8),
                row.GetInt64(9),
                row.Decimal(10)),
            cancellationToken);
        return JsonResult.Of(new Page<DailyUsage>(days, null), ChatBotJson.Default.PageDailyUsage);
    }

    [Function(nameof(ListUsageEvents))]
    public async Task<IResult> ListUsageEvents(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "usage/events")] HttpRequest request,
        CurrentUser user, CancellationToken cancellationToken)
    {
        if (Paging.IsRefused(request, out var problem, out var limit, out var before, out var beforeId))
        {
            return problem;
        }

        return await database.Page(
            user.Caller,
            Statement.Of(UsageSql.MyEvents, Parameter.Time(before), Parameter.Uuid(beforeId), Parameter.Integer(limit)),
            new PageShape<UsageEvent>(ChatBotJson.Default.UsageEvent, ReadEvent, last => Paging.Cursor(last.OccurredAt, last.Id), limit),
            cancellationToken);
    }

    private static UsageEvent ReadEvent(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        row.GetGuid(1),
        row.GetInt32(2),
        row.ValueOrNull<Guid>(3),
        row.GetString(4),
        row.GetString(5),
        row.GetString(6),
        row.GetString(7),
        row.GetInt32(8),
        row.GetInt32(9),
        row.GetInt32(10),
        row.GetInt32(11),
        row.GetInt32(12),
        row.Decimal(13),
        row.GetString(14),
        row.Time(15));
}
