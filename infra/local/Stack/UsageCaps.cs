using Npgsql;
using NpgsqlTypes;

namespace ChatBot.Local;

/// <summary>The default plan's caps.</summary>
internal sealed record UsageCaps(long? Tokens, decimal? Cost)
{
    private const string Update = """
        update billing.plans
        set token_cap = coalesce($1, token_cap),
            cost_cap = coalesce($2, cost_cap)
        where is_default
        """;

    public async Task ApplyAsync(string connectionString, CancellationToken cancellationToken)
    {
        if (Tokens is null && Cost is null)
        {
            return;
        }

        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Update, connection)
        {
            Parameters =
            {
                new() { Value = (object?)Tokens ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
                new() { Value = (object?)Cost ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Numeric },
            },
        };
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            throw new LocalStackException("No plan in billing.plans is the default one, so there is none to cap.");
        }
    }
}
