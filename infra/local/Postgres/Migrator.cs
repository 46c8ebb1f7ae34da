using Npgsql;
using NpgsqlTypes;

namespace ChatBot.Local;

/// <summary>
/// Applies the Supabase CLI's migration files, each in a transaction of its own, and records them where and as the CLI
/// does, so that <c>supabase db push</c> sees them as applied.
/// </summary>
public sealed class Migrator(string folder)
{
    // As the Supabase CLI makes it.
    private const string Prepare = """
        create schema if not exists supabase_migrations;
        create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
        alter table supabase_migrations.schema_migrations add column if not exists statements text[];
        alter table supabase_migrations.schema_migrations add column if not exists name text
        """;

    private const string SelectHistory = "select version, coalesce(statements, '{}') from supabase_migrations.schema_migrations";

    private const string InsertHistory = "insert into supabase_migrations.schema_migrations (version, name, statements) values ($1, $2, $3)";

    /// <summary>The migrations of this repository.</summary>
    public Migrator() : this(RepositoryRoot.Combine("infra", "supabase", "migrations"))
    {
    }

    /// <param name="connectionString">A connection as role postgres, which a real project's migrations run as.</param>
    public async Task<MigrationResult> ApplyAsync(string connectionString, CancellationToken cancellationToken = default)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await using (var prepare = new NpgsqlCommand(Prepare, connection))
        {
            await prepare.ExecuteNonQueryAsync(cancellationToken);
        }

        var history = await ReadHistoryAsync(connection, cancellationToken);

        var result = new MigrationResult([], []);
        var migrations = MigrationFile.In(folder).ToList();
        foreach (var migration in migrations)
        {
            if (!history.TryGetValue(migration.Version, out var recorded))
            {
                try
                {
                    await ApplyAsync(connection, migration, cancellationToken);
                }
                catch (LocalStackException failure) when (history.Keys.Except(migrations.Select(known => known.Version)).ToList() is [_, ..] unknown)
                {
                    throw new LocalStackException($"{failure.Message}\nThis database has had migrations that are not here any more ({string.Join(", ", unknown.Order())}). Start with --fresh to make it anew.", failure);
                }

                result.Applied.Add(migration.FileName);
            }
            else if (!recorded.SequenceEqual(migration.Statements.Select(statement => statement.Text)))
            {
                result.Edited.Add(migration.FileName);
            }
        }
        return result;
    }

    private static async Task<Dictionary<string, string[]>> ReadHistoryAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        Dictionary<string, string[]> history = [];
        await using var command = new NpgsqlCommand(SelectHistory, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            history.Add(reader.GetString(0), reader.GetFieldValue<string[]>(1));
        }

        return history;
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, MigrationFile migration, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var statement in migration.Statements)
        {
            await ExecuteAsync(connection, migration, statement, cancellationToken);
        }

        await using var record = new NpgsqlCommand(InsertHistory, connection);
        record.Parameters.Add(new() { Value = migration.Version });
        record.Parameters.Add(new() { Value = migration.Name });
        record.Parameters.Add(new() { Value = migration.Statements.Select(statement => statement.Text).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        await record.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, MigrationFile migration, SqlStatement statement, CancellationToken cancellationToken)
    {
        try
        {
#pragma warning disable CA2100 // The text is a file of this repository.
            await using var command = new NpgsqlCommand(statement.Text, connection);
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException failure)
        {
            // Not every failure has a position; of the others the statement's is as near as can be told.
            var line = migration.LineOf(statement.Start + Math.Max(failure.Position - 1, 0));
            throw new LocalStackException($"{migration.FileName}, line {line}: {failure.MessageText} ({failure.SqlState}){(failure.Detail is null ? "" : $"\n{failure.Detail}")}", failure);
        }
    }
}
