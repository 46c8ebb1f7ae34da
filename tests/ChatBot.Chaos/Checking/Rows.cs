using Npgsql;

namespace ChatBot.Chaos.Checking;

public sealed record ChatRow(Guid Id, Guid UserId);

public sealed record MessageRow(
    Guid Id, Guid ChatId, Guid UserId, long Seq, string Role, string Content, string Status, Guid? SupersededBy, DateTime CreatedAt, DateTime UpdatedAt,
    string? Receipt)
{
    internal static MessageRow Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetGuid(2), row.GetInt64(3), row.GetString(4), row.GetString(5), row.GetString(6),
        row.IsDBNull(7) ? null : row.GetGuid(7), row.GetDateTime(8), row.GetDateTime(9), row.IsDBNull(10) ? null : row.GetString(10));
}

/// <param name="EndedAt">Null while it is live.</param>
public sealed record CompletionRow(
    Guid Id, Guid UserId, Guid ChatId, Guid? UserMessageId, string State, int Attempt, int PromptBound, IReadOnlyList<Guid> PromptMessageIds,
    DateTime CreatedAt, DateTime? EndedAt, bool IsPersisted, bool IsRecorded, bool EndedLate)
{
    internal static CompletionRow Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetGuid(2), row.IsDBNull(3) ? null : row.GetGuid(3), row.GetString(4), row.GetInt32(5),
        row.GetInt32(6), row.GetFieldValue<Guid[]>(7), row.GetDateTime(8), row.IsDBNull(9) ? null : row.GetDateTime(9), row.GetBoolean(10),
        row.GetBoolean(11), row.GetBoolean(12));
}

public sealed record AttemptRow(Guid Id, Guid CompletionId);

public sealed record UsageEventRow(
    Guid Id, Guid CompletionId, int Attempt, Guid UserId, string Purpose, string Model, int Input, int CachedInput, int CacheWrite, int Output, int Reasoning, decimal Cost,
    string Quality, string Payer, DateTime PeriodStart, DateOnly Day)
{
    public bool IsAdjustment => Quality == "adjustment";

    public int Tokens => Input + Output;

    internal static UsageEventRow Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetInt32(2), row.GetGuid(3), row.GetString(4), row.GetString(5), row.GetInt32(6), row.GetInt32(7),
        row.GetInt32(8), row.GetInt32(9), row.GetInt32(10), row.GetDecimal(11), row.GetString(12), row.GetString(13), row.GetDateTime(14),
        row.GetFieldValue<DateOnly>(15));
}

public sealed record ReservationRow(Guid CompletionId, Guid UserId);

public sealed record PeriodRow(
    Guid UserId, DateTime PeriodStart, long Tokens, decimal Cost, long OwnKeyTokens, long? TokenCap, decimal? CostCap, long? OwnKeyTokenCap)
{
    internal static PeriodRow Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetDateTime(1), row.GetInt64(2), row.GetDecimal(3), row.GetInt64(4), row.IsDBNull(5) ? null : row.GetInt64(5),
        row.IsDBNull(6) ? null : row.GetDecimal(6), row.IsDBNull(7) ? null : row.GetInt64(7));
}

public sealed record DailyRow(DailyKey Key, long Calls, long Input, long CachedInput, long CacheWrite, long Output, long Reasoning, decimal Cost)
{
    internal static DailyRow Read(NpgsqlDataReader row) => new(
        new DailyKey(row.GetGuid(0), row.GetFieldValue<DateOnly>(1), row.GetString(2), row.GetString(3), row.GetString(4)),
        row.GetInt64(5), row.GetInt64(6), row.GetInt64(7), row.GetInt64(8), row.GetInt64(9), row.GetInt64(10), row.GetDecimal(11));
}

public readonly record struct DailyKey(Guid UserId, DateOnly Day, string Model, string Purpose, string Payer);

public sealed record DeadLetterRow(Guid Id, string Queue, string Body);
