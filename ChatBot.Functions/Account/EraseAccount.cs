using ChatBot.Functions.Database;
using ChatBot.Functions.Operations;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Npgsql;

namespace ChatBot.Functions.Account;

/// <summary>
/// The orchestration that erases an account. Whose it is only the database knows, until the end: neither ids nor inputs tell it, as what
/// an orchestration remembers outlives the account.
/// </summary>
public sealed class EraseAccount(ChatBotDatabase database)
{
    // So many messages are gone in a fraction of a statement's time.
    private const int Batch = 5_000;

    [Function(nameof(EraseAccount))]
    public static Task Run([OrchestrationTrigger] TaskOrchestrationContext context, OperationPart part) =>
        context.DoParts(nameof(EraseNextPart), part, finishes: false);

    /// <exception cref="InvalidOperationException">The operation is another database's: another program has to do it.</exception>
    [Function(nameof(EraseNextPart))]
    public async Task<OperationPart?> EraseNextPart([ActivityTrigger] OperationPart part, CancellationToken cancellationToken)
    {
        var account = await database.All(
            Caller.Service, Statement.Of(AccountSql.AccountOf, Parameter.Text(part.OperationId)), row => row.ValueOrNull<Guid>(0), cancellationToken);
        if (account is [])
        {
            throw new InvalidOperationException($"There is no operation {part.OperationId} in this database.");
        }

        if (account is not [{ } userId])
        {
            // It is gone, and only the word of that was lost.
            return null;
        }

        var owner = Caller.Erasing(userId);
        if (!await IsDone(owner, Statement.Of(AccountSql.EraseTexts, Parameter.Integer(Batch)), cancellationToken)
            || !await IsDone(owner, Statement.Of(AccountSql.EraseUsage), cancellationToken))
        {
            return part;
        }

        await database.Execute(owner, Statement.Of(AccountSql.EraseAccount), cancellationToken);
        return null;
    }

    private Task<bool> IsDone(Caller owner, NpgsqlBatchCommand statement, CancellationToken cancellationToken) =>
        database.One(owner, statement, row => row.GetBoolean(0), cancellationToken);
}
