using ChatBot.Local;
using Npgsql;
using Xunit;

namespace ChatBot.Tests.Local;

/// <summary>A server that has what a Supabase project has, and no migrations yet.</summary>
public sealed class MigratedDatabase : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();

    public PostgresServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await PostgresServer.StartAsync(new(_directory.Path, "secret") { Durable = false }, TestContext.Current.CancellationToken);
        await SupabaseObjects.CreateAsync(Server.ConnectionString(), "secret", TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _directory.Dispose();
    }

    /// <summary>The first value of the last statement's first row, in one transaction.</summary>
    public async Task<object?> ReadAsync(string role, params IReadOnlyList<string> statements)
    {
        await using var connection = new NpgsqlConnection(Server.ConnectionString(role));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        object? value = null;
        foreach (var statement in statements)
        {
#pragma warning disable CA2100 // Constants of the tests.
            await using var command = new NpgsqlCommand(statement, connection);
#pragma warning restore CA2100
            value = await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        }
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        return value;
    }
}
