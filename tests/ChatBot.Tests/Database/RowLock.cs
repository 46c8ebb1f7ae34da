using ChatBot.Tests.Stack;
using Npgsql;
using Xunit;

namespace ChatBot.Tests.Database;

/// <summary>Keeps rows from being changed, for as long as it is held.</summary>
internal sealed class RowLock : IAsyncDisposable
{
    private readonly TestStack _stack;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private RowLock(TestStack stack, NpgsqlConnection connection, NpgsqlTransaction transaction) =>
        (_stack, _connection, _transaction) = (stack, connection, transaction);

    public static Task<RowLock> OnChat(TestStack stack, string chat) => On(stack, "select from public.chats where id = $1 for update", Guid.Parse(chat));

    public static async Task<RowLock> On(TestStack stack, string sql, Guid id)
    {
        var connection = await stack.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var held = new RowLock(stack, connection, await connection.BeginTransactionAsync(TestContext.Current.CancellationToken));
        await held.Take(sql, id);
        return held;
    }

    /// <summary>Takes further rows.</summary>
    public async Task Take(string sql, Guid id)
    {
#pragma warning disable CA2100 // The statements are the tests' own.
        await using var command = new NpgsqlCommand(sql, _connection);
#pragma warning restore CA2100
        command.Parameters.Add(new() { Value = id });
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Returns when somebody waits for a row.</summary>
    public Task UntilItBlocks() =>
        _stack.WaitUntil("select exists (select from pg_stat_activity a where $1 = any (pg_blocking_pids(a.pid)))", _connection.ProcessID);

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
