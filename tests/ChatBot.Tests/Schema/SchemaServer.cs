using System.Diagnostics.CodeAnalysis;
using ChatBot.Local;
using ChatBot.Tests.Local;
using Npgsql;
using Xunit;

namespace ChatBot.Tests.Schema;

/// <summary>A server with a migrated database that knows pgTAP, copies of it to work on at once, and new projects on request.</summary>
public sealed class SchemaServer : IAsyncLifetime
{
    private const string Password = "secret";
    private const string Owner = "postgres";
    private const string MigratedDatabase = "migrated";

    private static readonly string[] CopyDatabases = [.. Enumerable.Range(1, Math.Clamp(Environment.ProcessorCount, 1, 4)).Select(number => $"copy_{number}")];

    // Compiling a statement takes longer than any of these statements.
    private static readonly Dictionary<string, string> Settings = new() { ["jit"] = "off" };

    private readonly TemporaryDirectory directory = new();
    private PostgresServer server = null!;

    public string Migrated => ConnectionString(MigratedDatabase);

    public IReadOnlyList<string> Copies { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        server = await PostgresServer.StartAsync(new(directory.Path, Password) { Durable = false, Settings = Settings }, cancellationToken);
        await CreateProjectAsync(MigratedDatabase, cancellationToken);
        await new Migrator().ApplyAsync(Migrated, cancellationToken);
        await PgTapExtension.CreateAsync(server.ConnectionString(database: MigratedDatabase, pooled: false), cancellationToken);

        foreach (var copy in CopyDatabases)
            await RunAsync($"create database {copy} template {MigratedDatabase} owner {Owner}", cancellationToken);
        Copies = [.. CopyDatabases.Select(ConnectionString)];
    }

    /// <summary>A database with what a project on Supabase has, before its first migration.</summary>
    public async Task CreateProjectAsync(string database, CancellationToken cancellationToken)
    {
        await RunAsync($"create database {database}", cancellationToken);
        await SupabaseObjects.CreateAsync(server.ConnectionString(database: database, pooled: false), Password, cancellationToken);
    }

    /// <summary>As the role that migrations run as, and which owns what they make.</summary>
    public string ConnectionString(string database) => server.ConnectionString(Owner, database, pooled: false);

    public string Uri(string database) => server.Uri(Owner, database);

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        directory.Dispose();
    }

    [SuppressMessage("Security", "CA2100", Justification = "The names are the tests' own, and no parameter can stand for one.")]
    private async Task RunAsync(string statement, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString(pooled: false));
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
