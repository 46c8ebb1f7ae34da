using ChatBot.Local;
using Npgsql;
using Xunit;

namespace ChatBot.Tests.Local;

public sealed class PostgresServerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task Data_outlives_a_stop_a_crash_and_another_server_on_the_same_files()
    {
        int port;
        await using (var server = await StartAsync())
        {
            port = server.Port;
            await ExecuteAsync(server, "create table kept (n int)");
            await ExecuteAsync(server, "insert into kept values (1)");
            await server.StopAsync();
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => ExecuteAsync(server, "select 1"));
            await server.RestartAsync(TestContext.Current.CancellationToken);

            await ExecuteAsync(server, "insert into kept values (2)");
            await server.KillAsync();
            await server.RestartAsync(TestContext.Current.CancellationToken);
            Assert.Equal(port, server.Port);
            Assert.Equal(2L, await ExecuteAsync(server, "select count(*) from kept"));
        }
        await using var successor = await StartAsync();

        Assert.Equal(2L, await ExecuteAsync(successor, "select count(*) from kept"));
    }

    [Fact]
    public async Task A_lock_file_that_a_crash_left_behind_is_no_obstacle()
    {
        await using var server = await StartAsync();
        await server.StopAsync();
        // The test process's own id: alive, and no PostgreSQL.
        File.WriteAllText(Path.Combine(_directory.Path, "data", "postmaster.pid"), $"{Environment.ProcessId}\n/elsewhere\n");

        await server.RestartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, await ExecuteAsync(server, "select 1"));
    }

    [Fact]
    public async Task Only_the_password_opens_it()
    {
        await using var server = await StartAsync();
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server.ConnectionString(pooled: false)) { Password = "wrong" }.ConnectionString);

        var failure = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync(TestContext.Current.CancellationToken));

        Assert.Equal(PostgresErrorCodes.InvalidPassword, failure.SqlState);
    }

    public void Dispose() => _directory.Dispose();

    private Task<PostgresServer> StartAsync() =>
        PostgresServer.StartAsync(new(_directory.Path, "secret") { Durable = false }, TestContext.Current.CancellationToken);

    private static async Task<object?> ExecuteAsync(PostgresServer server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString(pooled: false));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
#pragma warning disable CA2100 // Constants of this class.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
