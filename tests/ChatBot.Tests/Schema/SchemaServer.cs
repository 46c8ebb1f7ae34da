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

    private static readonly int s_copyCount = Math.Min(Environment.ProcessorCount, 4);

    // Compiling a statement takes longer than any of these statements.
    private static readonly Dictionary<string, string> s_settings = new() { ["jit"] = "off" };

    private readonly TemporaryDirectory _directory = new();
    private PostgresServer _server = null!;

    public string Migrated => ConnectionString(MigratedDatabase);

    public IReadOnlyList<string> Copies { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        _server = await PostgresServer.StartAsync(new(_directory.Path, Password) { Durable = false, Settings = s_settings }, cancellationToken);
        await CreateProjectAsync(MigratedDatabase, cancellationToken);
        await new Migrator().ApplyAsync(Migrated, cancellationToken);
        await PgTapExtension.CreateAsync(_server.ConnectionString(database: MigratedDatabase, pooled: false), cancellationToken);

        string[] copies = [.. Enumerable.Range(1, s_copyCount).Select(number => $"copy_{number}")];
        foreach (var copy in copies)
        {
            await RunAsync($"create database {copy} template {MigratedDatabase} owner {Owner}", cancellationToken);
        }

        Copies = [.. copies.Select(ConnectionString)];
    }

    /// <summary>A database with what a project on Supabase has, before its first migration.</summary>
    public async Task CreateProjectAsync(string database, CancellationToken cancellationToken)
    {
        await RunAsync($"create database {database}", cancellationToken);
        await SupabaseObjects.CreateAsync(_server.ConnectionString(database: database, pooled: false), Password, cancellationToken);
    }

    /// <summary>As the role that migrations run as, and which owns what they make.</summary>
    public string ConnectionString(string database) => _server.ConnectionString(Owner, database, pooled: false);

    public string Uri(string database) => _server.Uri(Owner, database);

    /// <summary>The first column of each row, in a database that the name stands for.</summary>
    public async Task<List<string>> ReadLinesAsync(string database, [ConstantExpected] string query, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString(database));
        await using var command = source.CreateCommand(query);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);

        var lines = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            lines.Add(reader.GetString(0));
        }

        return lines;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    public Task RunAsync(string database, string script, CancellationToken cancellationToken) => ExecuteAsync(ConnectionString(database), script, cancellationToken);

    private Task RunAsync(string statement, CancellationToken cancellationToken) => ExecuteAsync(_server.ConnectionString(pooled: false), statement, cancellationToken);

    [SuppressMessage("Security", "CA2100", Justification = "The names are the tests' own, and no parameter can stand for one; scripts are files of this repository.")]
    private static async Task ExecuteAsync(string connectionString, string statement, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
