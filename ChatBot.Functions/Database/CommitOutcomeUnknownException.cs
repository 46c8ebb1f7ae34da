using Npgsql;

namespace ChatBot.Functions.Database;

/// <summary>The connection broke after a statement was sent: nobody here knows whether it was committed.</summary>
public sealed class CommitOutcomeUnknownException(NpgsqlException inner) : NpgsqlException(inner.Message, inner)
{
    /// <summary>The database took too long, and may take as long again.</summary>
    public bool IsTimeout => inner.InnerException is TimeoutException;
}
