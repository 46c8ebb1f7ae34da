using ChatBot.Functions.Database;
using ChatBot.Functions.Identity;

namespace ChatBot.Functions.Account;

public static class AccountEndpoints
{
    // So many messages are gone in a fraction of a statement's time.
    private const int Batch = 5_000;

    public static void MapAccount(this IEndpointRouteBuilder api) =>
        api.MapDelete("/me", EraseAccount).WithName(nameof(EraseAccount));

    /// <summary>Where it breaks off, the same again goes on; what was used stays in the ledger, under an id that is nobody's any more.</summary>
    private static async Task<IResult> EraseAccount(CurrentUser user, ChatBotDatabase database, CancellationToken cancellation)
    {
        bool isDone;
        do
        {
            var erase = Statement.Of(AccountSql.EraseTexts, Parameter.Integer(Batch));
            isDone = await database.One(user.Caller, erase, row => row.GetBoolean(0), cancellation);
        }
        while (!isDone);

        await database.Execute(user.Caller, Statement.Of(AccountSql.EraseAccount), cancellation);
        return TypedResults.NoContent();
    }
}
