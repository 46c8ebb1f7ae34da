using Npgsql;

namespace ChatBot.Local;

/// <summary>The roles, schemas and functions that every hosted Supabase project has before its first migration.</summary>
public static class SupabaseObjects
{
    private const string PassPassword = "select set_config('local.password', $1, true)";

    private static readonly Lazy<string> s_script = new(() =>
    {
        using var reader = new StreamReader(typeof(SupabaseObjects).Assembly.GetManifestResourceStream("supabase.sql")!);
        return reader.ReadToEnd();
    });

    /// <param name="connectionString">A connection as superuser.</param>
    /// <param name="password">For the roles postgres and authenticator.</param>
    public static async Task CreateAsync(string connectionString, string password, CancellationToken cancellationToken = default)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var pass = new NpgsqlCommand(PassPassword, connection) { Parameters = { new() { Value = password } } })
        {
            await pass.ExecuteNonQueryAsync(cancellationToken);
        }

#pragma warning disable CA2100 // The text is a file of this repository.
        await using var create = new NpgsqlCommand(s_script.Value, connection);
#pragma warning restore CA2100
        await create.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
