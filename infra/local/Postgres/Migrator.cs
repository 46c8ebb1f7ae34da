using Npgsql;
using NpgsqlTypes;

namespace ChatBot.Local;

/// <summary>
/// Applies the Supabase CLI's migration files, each in a transaction of its own, and records them where and as the CLI
/// does, so that <c>supabase db push</c> sees them as applied.
/// </summary>
public sealed class Migrator(string folder)
{
    // The table is as the Supabase CLI makes it. The function is for Npgsql, which takes the semicolons inside a
    // "begin atomic" body for ends of statements, unless the text is a parameter.
    private const string Prepare = """
        create schema if not exists supabase_migrations;
        create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
        alter table supabase_migrations.schema_migrations add column if not exists statements text[];
        alter table supabase_migrations.schema_migrations add column if not exists name text;
        create or replace function pg_temp.run(statement text) returns void language plpgsql as $run$ begin execute statement; end $run$
        """;

    private const string Run = "select pg_temp.run($1)";

    private const string SelectHistory = "select version, coalesce(statements, '{}') from supabase_migrations.schema_migrations";

    private const string InsertHistory = "insert into supabase_migrations.schema_migrations (version, name, statements) values ($1, $2, $3)";

    /// <summary>The migrations of this repository.</summary>
    public Migrator() : this(RepositoryRoot.Combine("infra", "supabase", "migrations"))
    {
    }

    /// <param name="connectionString">A connection as role postgres, which a real project's migrations run as.</param>
    public async Task<MigrationResult> ApplyAsync(string connectionString, CancellationToken cancellation = default)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellation);
        await using (var prepare = new NpgsqlCommand(Prepare, connection))
        {
            await prepare.ExecuteNonQueryAsync(cancellation);
        }

        var history = await ReadHistoryAsync(connection, cancellation);

        var result = new MigrationResult([], []);
        foreach (var migration in MigrationFile.In(folder))
        {
            if (!history.TryGetValue(migration.Version, out var recorded))
            {
                await ApplyAsync(connection, migration, cancellation);
                result.Applied.Add(migration.FileName);
            }
            else if (!recorded.SequenceEqual(migration.Statements.Select(statement => statement.Text)))
            {
                result.Edited.Add(migration.FileName);
            }
        }
        return result;
    }

    private static async Task<Dictionary<string, string[]>> ReadHistoryAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        Dictionary<string, string[]> history = [];
        await using var command = new NpgsqlCommand(SelectHistory, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            history.Add(reader.GetString(0), reader.GetFieldValue<string[]>(1));
        }

        return history;
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, MigrationFile migration, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        foreach (var statement in migration.Statements)
        {
            await ApplyAsync(connection, migration, statement, cancellation);
        }

        await using var record = new NpgsqlCommand(InsertHistory, connection);
        record.Parameters.Add(new() { Value = migration.Version });
        record.Parameters.Add(new() { Value = migration.Name });
        record.Parameters.Add(new() { Value = migration.Statements.Select(statement => statement.Text).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        await record.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, MigrationFile migration, SqlStatement statement, CancellationToken cancellation)
    {
        try
        {
            await using var command = new NpgsqlCommand(Run, connection) { Parameters = { new() { Value = statement.Text } } };
            await command.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException failure)
        {
            var line = migration.LineOf(statement.Start + Math.Max(failure.InternalPosition - 1, 0));
            throw new LocalStackException($"{migration.FileName}, line {line}: {failure.MessageText} ({failure.SqlState}){(failure.Detail is null ? "" : $"\n{failure.Detail}")}", failure);
        }
    }
}
