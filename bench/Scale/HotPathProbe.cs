using System.Text.Json;
using Npgsql;

namespace ChatBot.Scale;

/// <summary>
/// Runs the statements of the hot path, and asks the server which rows they read: in the statements themselves, and in all that their
/// functions run. Nothing of it stays.
/// </summary>
/// <param name="mayScan">False to read in sequence only what has no index for it, as few rows may well be read.</param>
public sealed class HotPathProbe(NpgsqlDataSource database, bool mayScan = true)
{
    private const string Become = "select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)";

    // What this transaction has read of tables that grow.
    private const string Reads = """
        select t.schemaname || '.' || t.relname, t.seq_tup_read, coalesce(t.idx_tup_fetch, 0)
        from pg_catalog.pg_stat_xact_user_tables t
        where t.schemaname in ('billing', 'chatbot', 'public', 'auth')
        """;

    private static readonly HashSet<string> s_small = ["billing.plans", "billing.model_prices", "billing.deployment_limits", "chatbot.timer_lease"];

    /// <param name="change">What to change before, for this run alone.</param>
    public async Task<IReadOnlyList<HotRun>> RunAsync(
        Guid userId, Guid chatId, DateTime month, string change = "select", CancellationToken cancellationToken = default)
    {
        var runs = new List<HotRun>();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
#pragma warning disable CA2100 // The measurements' and the tests' own.
        await using (var command = new NpgsqlCommand(change, connection))
#pragma warning restore CA2100
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var plan = new NpgsqlCommand("select set_config('enable_seqscan', $1, true)", connection))
        {
            plan.Parameters.Add(new() { Value = mayScan ? "on" : "off" });
            await plan.ExecuteNonQueryAsync(cancellationToken);
        }

        var before = await ReadsAsync(connection, cancellationToken);
        foreach (var statement in HotPath.Of(userId, chatId, month))
        {
            await BecomeAsync(connection, statement, cancellationToken);
            var (time, buffers) = await ExplainAsync(connection, statement, cancellationToken);
            await BecomeAsync(connection, null, cancellationToken);
            var after = await ReadsAsync(connection, cancellationToken);
            var of = after.Keys.Where(table => !s_small.Contains(table)).ToDictionary(
                table => table,
                table => (after[table].Scanned - before.GetValueOrDefault(table).Scanned, after[table].Fetched - before.GetValueOrDefault(table).Fetched));
            runs.Add(new(statement, time, buffers, of.Where(t => t.Value != default).ToDictionary()));
            before = after;
        }

        return runs;
    }

    private static async Task BecomeAsync(NpgsqlConnection connection, HotStatement? statement, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Become, connection);
        command.Parameters.Add(new() { Value = statement is null ? "none" : statement.UserId is null ? "service_role" : "authenticated" });
        command.Parameters.Add(new() { Value = statement?.UserId is { } id ? $$"""{"sub":"{{id}}","role":"authenticated"}""" : "" });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<(double Milliseconds, long Buffers)> ExplainAsync(NpgsqlConnection connection, HotStatement statement, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // The statements are the program's own.
        await using var command = new NpgsqlCommand($"explain (analyze, buffers, timing off, format json) {statement.Sql}", connection) { CommandTimeout = 300 };
#pragma warning restore CA2100
        command.Parameters.AddRange(statement.Parameters.ToArray());
        using var plan = JsonDocument.Parse((string)(await command.ExecuteScalarAsync(cancellationToken))!);
        var (run, root) = (plan.RootElement[0], plan.RootElement[0].GetProperty("Plan"));
        return (
            run.GetProperty("Planning Time").GetDouble() + run.GetProperty("Execution Time").GetDouble(),
            root.GetProperty("Shared Hit Blocks").GetInt64() + root.GetProperty("Shared Read Blocks").GetInt64());
    }

    private static async Task<Dictionary<string, (long Scanned, long Fetched)>> ReadsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Reads, connection);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var reads = new Dictionary<string, (long, long)>();
        while (await rows.ReadAsync(cancellationToken))
        {
            reads[rows.GetString(0)] = (rows.GetInt64(1), rows.GetInt64(2));
        }

        return reads;
    }
}

/// <param name="Buffers">Pages that were looked at.</param>
/// <param name="Reads">Rows of each table that grows: read in sequence, and fetched by an index.</param>
public sealed record HotRun(HotStatement Statement, double Milliseconds, long Buffers, IReadOnlyDictionary<string, (long Scanned, long Fetched)> Reads)
{
    // For each row that it is about, with what hangs on it.
    private const int MostPerRow = 40;

    // Of catalogues, and of each index from its root.
    private const int PagesOfAny = 400;

    public bool IsGood => Reads.Values.All(r => r.Scanned == 0) && Reads.Values.Sum(r => r.Fetched) <= Most && Buffers <= PagesOfAny + Most;

    private long Most => (long)MostPerRow * Statement.Returns;

    public override string ToString() => $"{Statement.Name}: {Buffers:N0} pages, {string.Join(", ", Reads.Select(r => $"{r.Key} {r.Value.Scanned:N0} in sequence, {r.Value.Fetched:N0} by index"))}";
}
