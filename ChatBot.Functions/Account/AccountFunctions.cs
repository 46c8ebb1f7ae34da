using ChatBot.Functions.Database;
using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Operations;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ChatBot.Functions.Account;

public sealed class AccountFunctions(ChatBotDatabase database, OperationStore operations, OperationStarter starter)
{
    /// <summary>Begins the erasure; the same again tells how far it is. What was used stays in the ledger, under an id that is nobody's.</summary>
    [Function(nameof(DeleteAccount))]
    public async Task<IResult> DeleteAccount(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "me")] HttpRequest request,
        CurrentUser user, [DurableClient] DurableTaskClient durable, CancellationToken cancellationToken)
    {
        var caller = user.Caller with { IsErasing = true };
        var id = await database.One(caller, Statement.Of(AccountSql.BeginErasure), row => row.GetString(0), cancellationToken);
        var operation = (await operations.Find(id, user.Id, cancellationToken))!;
        await starter.Start(durable, new(id, operation.Kind, operation.CreatedAt), cancellationToken);
        request.HttpContext.Response.Headers.Location = $"/api/operations/{id}";
        return JsonResult.Of(operation, ChatBotJson.Default.Operation, StatusCodes.Status202Accepted);
    }
}
