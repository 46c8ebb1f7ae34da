using ChatBot.Functions.Database;
using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Settings;
using ChatBot.Shared;
using ChatBot.Shared.Completions;
using ChatBot.Shared.Usage;
using Npgsql;

namespace ChatBot.Functions.Usage;

public static class UsageEndpoints
{
    public static void MapUsage(this IEndpointRouteBuilder api)
    {
        api.MapGet("/usage", GetUsage).WithName(nameof(GetUsage));
        api.MapGet("/models", ListModels).WithName(nameof(ListModels));
    }

    private static async Task<IResult> GetUsage(CurrentUser user, ChatBotDatabase database, CancellationToken cancellation)
    {
        var standing = await database.First(user.Caller, Statement.Of(UsageSql.Standing), ReadStanding, cancellation);
        return JsonAnswer.Of(standing!, ChatBotJson.Default.Standing);
    }

    private static async Task<IResult> ListModels(
        CurrentUser user, ChatBotDatabase database, ChatBotSettings settings, CancellationToken cancellation)
    {
        var names = Parameter.Array([.. settings.Models.Select(m => m.Name)], NpgsqlTypes.NpgsqlDbType.Text);
        var priced = await database.All(
            user.Caller,
            Statement.Of(UsageSql.AllowedModels, names),
            row => (Name: row.GetString(0), Prices: new ModelPrices(row.GetDecimal(1), row.GetDecimal(2), row.GetDecimal(3), row.GetDecimal(4), row.GetString(5))),
            cancellation);
        var models = settings.Models.Join(priced, m => m.Name, p => p.Name, (m, p) => new Model(m.Name, m.Context, m.MaxOutput, p.Prices));
        return JsonAnswer.Of(new Page<Model>([.. models], null), ChatBotJson.Default.PageModel);
    }

    private static Standing ReadStanding(NpgsqlDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        row.Time(2),
        row.Time(3),
        new TokenStanding(row.GetInt64(4), row.GetInt64(5), row.ValueOrNull<long>(6)),
        new CostStanding(row.GetDecimal(7), row.GetDecimal(8), row.ValueOrNull<decimal>(9)),
        new TokenStanding(row.GetInt64(10), row.GetInt64(11), row.ValueOrNull<long>(12)),
        row.GetFieldValue<Guid[]>(13));
}
