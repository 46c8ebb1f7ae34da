using ChatBot.Local;
using Npgsql;
using Xunit;

namespace ChatBot.Tests.Local;

public sealed class LocalStackTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly TemporaryDirectory _migrations = new();

    [Fact]
    public async Task A_second_run_finds_its_data_addresses_and_keys()
    {
        _migrations.Write("20300101000000_create_notes.sql", "create table public.notes (text text);");
        StackOptions options = new(_directory.Path) { Durable = false, MigrationsFolder = _migrations.Path };
        string token;
        Dictionary<string, string> settings;
        await using (var first = await LocalStack.StartAsync(options, TestContext.Current.CancellationToken))
        {
            await Assert.ThrowsAsync<LocalStackException>(() => LocalStack.StartAsync(options, TestContext.Current.CancellationToken));
            await ExecuteAsync(first, "insert into public.notes values ('kept')");
            settings = new(first.AppSettings);
            token = first.Tokens.Mint(LocalUser.Alan.Token());
        }

        await using var second = await LocalStack.StartAsync(options, TestContext.Current.CancellationToken);

        Assert.Equal("kept", await ExecuteAsync(second, "select text from public.notes"));
        Assert.Equal(2L, await ExecuteAsync(second, "select count(*) from auth.users"));
        Assert.Equal(settings, second.AppSettings);
        Assert.Equal(Header(token), Header(second.Tokens.Mint(LocalUser.Alan.Token())));
        Assert.Equal(["postgres", "azurite", "durable-task"], second.Processes.Select(process => process.Name));
    }

    [Fact]
    public async Task A_migration_that_fails_ends_what_has_started()
    {
        _migrations.Write("20300101000000_fail.sql", "select 1/0;");

        await Assert.ThrowsAsync<LocalStackException>(() => LocalStack.StartAsync(new(_directory.Path) { Durable = false, MigrationsFolder = _migrations.Path }, TestContext.Current.CancellationToken));

        Assert.False(File.Exists(Path.Combine(_directory.Path, "postgres", "data", "postmaster.pid")));
    }

    public void Dispose()
    {
        _directory.Dispose();
        _migrations.Dispose();
    }

    private static string Header(string token) => token.Split('.')[0];

    private static async Task<object?> ExecuteAsync(LocalStack stack, string sql)
    {
        await using var connection = new NpgsqlConnection(stack.Postgres.ConnectionString(pooled: false));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
#pragma warning disable CA2100 // Constants of this class.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
