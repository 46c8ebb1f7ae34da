using ChatBot.Functions.Database;
using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Settings;
using ChatBot.Shared;
using ChatBot.Shared.Completions;
using Microsoft.Azure.Functions.Worker;
using NpgsqlTypes;

namespace ChatBot.Functions.Models;

public sealed class ModelFunctions(ChatBotDatabase database, ChatBotSettings settings)
{
    [Function(nameof(ListModels))]
    public async Task<IResult> ListModels(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models")] HttpRequest request,
        CurrentUser user, CancellationToken cancellationToken)
    {
        var names = Parameter.Array([.. settings.Models.Select(m => m.Name)], NpgsqlDbType.Text);
        var priced = await database.All(
            user.Caller,
            Statement.Of(ModelSql.Allowed, names),
            row => (Name: row.GetString(0), Prices: new ModelPrices(
                row.Decimal(1), row.Decimal(2), row.Decimal(3), row.Decimal(4), row.Decimal(5), row.GetString(6))),
            cancellationToken);
        var models = settings.Models.Join(priced, m => m.Name, p => p.Name, (m, p) => new Model(m.Name, m.Context, m.MaxOutput, p.Prices));
        return JsonResult.Of(new Page<Model>([.. models], null), ChatBotJson.Default.PageModel);
    }
}
