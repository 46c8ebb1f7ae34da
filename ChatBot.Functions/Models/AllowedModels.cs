using ChatBot.Functions.Database;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Problems;
using NpgsqlTypes;

namespace ChatBot.Functions.Models;

/// <summary>Which models a user's plan lets answer.</summary>
public sealed class AllowedModels(ChatBotDatabase database)
{
    /// <summary>Null where the plan allows the model, and where none is named.</summary>
    public async Task<ProblemResult?> Refuse(CurrentUser user, string? model, CancellationToken cancellationToken) =>
        model is null || await Allows(user, model, cancellationToken)
            ? null
            : new ProblemResult(ProblemKind.ModelNotAllowed, $"The plan does not include {model}, or the model has no price. GET /api/models lists the available models.");

    public async Task<bool> Allows(CurrentUser user, string model, CancellationToken cancellationToken) =>
        await database.First(
            user.Caller, Statement.Of(ModelSql.Allowed, Parameter.Array([model], NpgsqlDbType.Text)), row => row.GetString(0), cancellationToken) is not null;
}
