using System.Text.Json;
using Npgsql;

namespace ChatBot.Functions.Problems;

/// <summary>What an error of the database means to a caller.</summary>
public static class DatabaseProblems
{
    /// <summary>How long a client should wait for the database to be back.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    public static ProblemResult Unavailable { get; } = new(
        ProblemKind.Unavailable, "The database cannot be reached at the moment. Nothing was charged; send the request again.", retryAfter: RetryAfter);

    /// <summary>The problem that <paramref name="exception"/> stands for, or null where it is a bug of ours.</summary>
    public static ProblemResult? From(NpgsqlException exception) => exception switch
    {
        PostgresException postgres => From(postgres),
        _ => Unavailable,
    };

    private static ProblemResult? From(PostgresException error)
    {
        if (ProblemKind.OfSqlState(error.SqlState) is { } kind)
        {
            var facts = error.Hint is { } hint ? JsonSerializer.Deserialize(hint, DatabaseJson.Default.DictionaryStringJsonElement) : null;
            return new ProblemResult(kind, error.MessageText, facts: facts, retryAfter: RetryAfterOf(kind, facts), toast: kind == ProblemKind.UsageCapExceeded ? CapToast.Of(facts) : null);
        }

        return error.SqlState switch
        {
            PostgresErrorCodes.UniqueViolation => new(ProblemKind.IdInUse, "The id is taken. Choose another one."),
            // The only user-facing reference that can dangle is the user: the token outlived the account.
            PostgresErrorCodes.ForeignKeyViolation when error.ConstraintName?.EndsWith("user_id_fkey", StringComparison.Ordinal) is true =>
                new(ProblemKind.Unauthenticated, "The account of this token no longer exists."),
            PostgresErrorCodes.ForeignKeyViolation => ProblemResult.NotFound,
            PostgresErrorCodes.CheckViolation => new(ProblemKind.InvalidRequest, $"A value is out of its range: {error.ConstraintName}."),
            PostgresErrorCodes.InsufficientPrivilege => new(ProblemKind.Forbidden, "This cannot be changed."),
            _ when IsOutage(error.SqlState) => Unavailable,
            _ => null,
        };
    }

    // Nobody knows when a running answer ends.
    private static TimeSpan? RetryAfterOf(ProblemKind kind, Dictionary<string, JsonElement>? facts) =>
        facts?.GetValueOrDefault("retryAfterSeconds") is { ValueKind: JsonValueKind.Number } seconds ? TimeSpan.FromSeconds(seconds.GetDouble())
        : kind == ProblemKind.TooManyStreams ? RetryAfter
        : null;

    // Connection exceptions, insufficient resources, operator intervention (a cancelled statement included), read-only, locks.
    private static bool IsOutage(string sqlState) =>
        sqlState.StartsWith("08", StringComparison.Ordinal)
        || sqlState.StartsWith("53", StringComparison.Ordinal)
        || sqlState.StartsWith("57", StringComparison.Ordinal)
        || sqlState is PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.SerializationFailure
            or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable;
}
