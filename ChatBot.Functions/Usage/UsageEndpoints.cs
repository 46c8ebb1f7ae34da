using System.Text;
using ChatBot.Functions.Completions;
using ChatBot.Functions.Database;
using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Settings;
using ChatBot.Shared;
using ChatBot.Shared.Completions;
using ChatBot.Shared.Usage;
using NpgsqlTypes;

namespace ChatBot.Functions.Usage;

public static class UsageEndpoints
{
    public static void MapUsage(this IEndpointRouteBuilder api)
    {
        api.MapGet("/usage", GetUsage).WithName(nameof(GetUsage));
        api.MapPost("/usage/estimate", EstimateUsage).WithName(nameof(EstimateUsage));
        api.MapGet("/models", ListModels).WithName(nameof(ListModels));
    }

    private static async Task<IResult> GetUsage(CurrentUser user, ChatBotDatabase database, CancellationToken cancellation)
    {
        var caps = await database.All(
            user.Caller,
            Statement.Of(UsageSql.Standing),
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
        var standing = new Standing(
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
        return JsonAnswer.Of(standing, ChatBotJson.Default.Standing);
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
        int? tokens = content is null ? null : Encoding.UTF8.GetByteCount(content);
        return JsonAnswer.Of(await admissions.Estimate(user, chat, tokens, request.Model, cancellation), ChatBotJson.Default.Estimate);
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
}
