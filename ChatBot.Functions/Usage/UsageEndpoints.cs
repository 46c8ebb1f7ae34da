using ChatBot.Functions.Completions;
using ChatBot.Functions.Database;
using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Settings;
using ChatBot.Shared;
using ChatBot.Shared.Completions;
using ChatBot.Shared.Usage;
using Npgsql;
using NpgsqlTypes;

namespace ChatBot.Functions.Usage;

public static class UsageEndpoints
{
    private const int MaxDays = 366;
    private const int DaysByDefault = 31;

    public static void MapUsage(this IEndpointRouteBuilder api)
    {
        api.MapGet("/usage", GetUsage).WithName(nameof(GetUsage));
        api.MapGet("/usage/daily", ListDailyUsage).WithName(nameof(ListDailyUsage));
        api.MapGet("/usage/events", ListUsageEvents).WithName(nameof(ListUsageEvents));
        api.MapPost("/usage/estimate", EstimateUsage).WithName(nameof(EstimateUsage));
        api.MapGet("/models", ListModels).WithName(nameof(ListModels));
    }

    private static async Task<IResult> GetUsage(CurrentUser user, StandingReader standings, CancellationToken cancellation) =>
        JsonAnswer.Of(await standings.Of(user, cancellation), ChatBotJson.Default.Standing);

    private static async Task<IResult> ListDailyUsage(
        HttpRequest request, CurrentUser user, ChatBotDatabase database, TimeProvider time, CancellationToken cancellation)
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
                row.GetDecimal(9)),
            cancellation);
        return JsonAnswer.Of(new Page<DailyUsage>(days, null), ChatBotJson.Default.PageDailyUsage);
    }

    private static async Task<IResult> ListUsageEvents(HttpRequest request, CurrentUser user, ChatBotDatabase database, CancellationToken cancellation)
    {
        if (Paging.Limit(request) is not { } limit)
        {
            return Paging.InvalidLimit;
        }

        if (!Paging.TryReadCursor(request.Query["cursor"].ToString(), out var before, out var beforeId))
        {
            return Paging.InvalidCursor;
        }

        var events = await database.All(
            user.Caller,
            Statement.Of(UsageSql.MyEvents, Parameter.Time(before), Parameter.Uuid(beforeId), Parameter.Integer(limit)),
            ReadEvent,
            cancellation);
        return JsonAnswer.Of(Paging.Page(events, limit, last => Paging.Cursor(last.OccurredAt, last.Id)), ChatBotJson.Default.PageUsageEvent);
    }

    private static async Task<IResult> EstimateUsage(
        HttpContext http, CurrentUser user, AdmissionStore admissions, ChatBotSettings settings, CancellationToken cancellation)
    {
        var body = await http.ReadBody(SendJson.Default.EstimateRequest, cancellation);
        if (body.IsRefused(out var problem, out var request))
        {
            return problem;
        }

        var content = request.Message?.Text;
        var validation = new Validation()
            .Check("message", content is { Length: > 0 } || (content is null && request.ChatId is not null), "must have a text, in content or in parts")
            .Content("message.content", content)
            .Length("chatId", request.ChatId, 1, ClientId.MaxLength)
            .Model(request.Model, settings);
        if (validation.Problem() is { } invalid)
        {
            return invalid;
        }

        Guid? chat = request.ChatId is null ? null : ClientId.ToUuid(request.ChatId, user.Id);
        return JsonAnswer.Of(await admissions.Estimate(user, chat, content, request.Model, cancellation), ChatBotJson.Default.Estimate);
    }

    private static async Task<IResult> ListModels(
        CurrentUser user, ChatBotDatabase database, ChatBotSettings settings, CancellationToken cancellation)
    {
        var names = Parameter.Array([.. settings.Models.Select(m => m.Name)], NpgsqlDbType.Text);
        var priced = await database.All(
            user.Caller,
            Statement.Of(UsageSql.AllowedModels, names),
            row => (Name: row.GetString(0), Prices: new ModelPrices(row.GetDecimal(1), row.GetDecimal(2), row.GetDecimal(3), row.GetDecimal(4), row.GetString(5))),
            cancellation);
        var models = settings.Models.Join(priced, m => m.Name, p => p.Name, (m, p) => new Model(m.Name, m.Context, m.MaxOutput, p.Prices));
        return JsonAnswer.Of(new Page<Model>([.. models], null), ChatBotJson.Default.PageModel);
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
        row.GetDecimal(12),
        row.GetString(13),
        row.Time(14));
}
