using System.Formats.Tar;
using System.IO.Compression;
using ChatBot.Local;
using Npgsql;

namespace ChatBot.Tests.Schema;

/// <summary>
/// pgTAP, from npm: it is plain SQL, and there it needs neither root nor a package for each system and version of
/// PostgreSQL. On a real project <c>create extension pgtap</c> makes the same functions.
/// </summary>
internal static class PgTapExtension
{
    private const string Script = "share/postgresql/extension/pgtap--1.3.5.sql";

    // Npgsql would take a text of its own apart at semicolons; a parameter it leaves whole.
    private const string Define = "create function pg_temp.run(script text) returns void language plpgsql as 'begin execute script; end'";
    private const string Run = "select pg_temp.run($1)";

    /// <param name="superuser">A connection string; Supabase keeps extensions in a schema where postgres makes nothing.</param>
    public static async Task CreateAsync(string superuser, CancellationToken cancellationToken)
    {
        var folder = new NpmFolder(RepositoryRoot.Combine("tests", "ChatBot.Tests", "npm", "pgtap"), "pgTAP");
        await folder.InstallAsync(_ => { }, cancellationToken);
        var archive = Path.Combine(folder.Modules, "@electric-sql", "pglite-pgtap", "dist", "pgtap.tar.gz");
        var script = await ReadAsync(archive, cancellationToken);

        var settings = new NpgsqlConnectionStringBuilder(superuser) { SearchPath = "extensions" };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using (var define = new NpgsqlCommand(Define, connection))
        {
            await define.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var run = new NpgsqlCommand(Run, connection) { Parameters = { new() { Value = script } } };
        await run.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<string> ReadAsync(string archive, CancellationToken cancellationToken)
    {
        await using var file = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress);
        await using var entries = new TarReader(file);
        while (await entries.GetNextEntryAsync(cancellationToken: cancellationToken) is { } entry)
        {
            if (entry.Name != Script)
            {
                continue;
            }

            using var reader = new StreamReader(entry.DataStream!);
            return await reader.ReadToEndAsync(cancellationToken);
        }
        throw new InvalidDataException($"{archive} has no {Script}.");
    }
}
