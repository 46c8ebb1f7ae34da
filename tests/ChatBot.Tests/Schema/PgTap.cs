using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace ChatBot.Tests.Schema;

/// <summary>Runs a pgTAP file in a database, if asked to with something in it broken first.</summary>
internal static class PgTap
{
    /// <param name="connectionString">Not to a pool: claims that were set in a session are empty afterwards, never unset again.</param>
    [SuppressMessage("Security", "CA2100", Justification = "The text is that of the repository's own files.")]
    public static async Task<TapReport> RunAsync(string connectionString, string file, string? breakage, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);

        // The file's own `begin` goes on with this transaction, and its `rollback` mends what was broken.
        var sql = breakage is null ? TestScript.Read(file) : $"begin;\n{breakage};\n{TestScript.Read(file)}";
        await using var command = new NpgsqlCommand(sql, connection) { AllResultTypesAreUnknown = true };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);

        var lines = new List<string>();
        do
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                lines.AddRange(reader.GetString(0).Split('\n'));
            }
        }
        while (await reader.NextResultAsync(cancellationToken));

        return TapReport.Parse(lines);
    }
}
