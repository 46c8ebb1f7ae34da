using ChatBot.Tests.Stack;
using Npgsql;
using Xunit;

namespace ChatBot.Tests.Database;

/// <summary>Keeps a chat's row from being changed, for as long as it is held.</summary>
internal sealed class RowLock : IAsyncDisposable
{
    private readonly TestStack _stack;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private RowLock(TestStack stack, NpgsqlConnection connection, NpgsqlTransaction transaction) =>
        (_stack, _connection, _transaction) = (stack, connection, transaction);

    public static async Task<RowLock> OnChat(TestStack stack, string chat)
    {
        var connection = await stack.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("select from public.chats where id = $1 for update", connection);
        command.Parameters.Add(new() { Value = Guid.Parse(chat) });
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return new RowLock(stack, connection, transaction);
    }

    /// <summary>Returns when somebody waits for the row.</summary>
    public Task UntilItBlocks() =>
        _stack.WaitUntil("select exists (select from pg_stat_activity a where $1 = any (pg_blocking_pids(a.pid)))", _connection.ProcessID);

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
