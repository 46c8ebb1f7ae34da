using System.Text.Json;
using Npgsql;

namespace ChatBot.Year.Checking;

/// <param name="State">The completion's.</param>
/// <param name="IsLastAttempt">Whether the completion ended with this call.</param>
public sealed record LedgerRow(
    Guid Id, Guid CompletionId, int Attempt, Guid UserId, string Model, string Payer, string Quality, int Input, int CachedInput, int CacheWrite, int Output,
    int Reasoning, Guid PriceId, decimal InputRate, decimal CachedInputRate, decimal CacheWriteRate, decimal OutputRate, decimal ReasoningRate, decimal Cost,
    DateTime PeriodStart, DateOnly Day, DateTime OccurredAt, string? State, bool IsLastAttempt, DateTime? CompletionPeriodStart)
{
    public bool IsAdjustment => Quality == "adjustment";

    public bool IsPlatform => Payer == "platform";

    public long Tokens => Input + Output;

    internal static LedgerRow Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetInt32(2), row.GetGuid(3), row.GetString(4), row.GetString(5), row.GetString(6), row.GetInt32(7),
        row.GetInt32(8), row.GetInt32(9), row.GetInt32(10), row.GetInt32(11), row.GetGuid(12), row.GetDecimal(13), row.GetDecimal(14),
        row.GetDecimal(15), row.GetDecimal(16), row.GetDecimal(17), row.GetDecimal(18), row.GetDateTime(19), row.GetFieldValue<DateOnly>(20),
        row.GetDateTime(21), row.IsDBNull(22) ? null : row.GetString(22), !row.IsDBNull(23) && row.GetBoolean(23),
        row.IsDBNull(24) ? null : row.GetDateTime(24));
}

public sealed record PeriodTotals(Guid UserId, DateTime Start, DateTime End, string Status, long Tokens, decimal Cost, long OwnKeyTokens)
{
    internal static PeriodTotals Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetDateTime(1), row.GetDateTime(2), row.GetString(3), row.GetInt64(4), row.GetDecimal(5), row.GetInt64(6));
}

public sealed record DayTotals(Guid UserId, DateOnly Day, string Model, string Payer, Sum Sum)
{
    internal static DayTotals Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetFieldValue<DateOnly>(1), row.GetString(2), row.GetString(3),
        new Sum(row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7), row.GetInt64(8), row.GetInt64(9), row.GetDecimal(10)));
}

/// <param name="Again">The text of the statement as the ledger gives it now.</param>
public sealed record StatementRow(Guid UserId, DateTime PeriodStart, string Body, byte[] Hash, string Again)
{
    public JsonElement Json { get; } = JsonElement.Parse(Body);

    internal static StatementRow Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetDateTime(1), row.GetString(2), row.GetFieldValue<byte[]>(3), row.IsDBNull(4) ? "" : row.GetString(4));
}

public sealed record PriceRow(Guid Id, string Model, DateTime ValidFrom, decimal Input, decimal CachedInput, decimal CacheWrite, decimal Output, decimal Reasoning)
{
    internal static PriceRow Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetDateTime(2), row.GetDecimal(3), row.GetDecimal(4), row.GetDecimal(5), row.GetDecimal(6),
        row.GetDecimal(7));
}

/// <param name="Starts">The start of the period or day that the cap counts.</param>
public sealed record AlertRow(Guid UserId, string Cap, string Kind, DateTime Starts)
{
    internal static AlertRow Read(NpgsqlDataReader row) => new(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetDateTime(3));
}

/// <summary>Sends that were refused for a cap that is used up.</summary>
public sealed record RefusalRow(Guid UserId, string Cap, DateOnly Day)
{
    internal static RefusalRow Read(NpgsqlDataReader row) => new(row.GetGuid(0), row.GetString(1), row.GetFieldValue<DateOnly>(2));
}

public sealed record DeploymentRow(DateTime Month, long Tokens, decimal Cost)
{
    internal static DeploymentRow Read(NpgsqlDataReader row) => new(row.GetDateTime(0), row.GetInt64(1), row.GetDecimal(2));
}

/// <summary>What calls come to.</summary>
public readonly record struct Sum(long Calls, long Input, long CachedInput, long CacheWrite, long Output, long Reasoning, decimal Cost)
{
    public static Sum operator +(Sum a, Sum b) => new(
        a.Calls + b.Calls, a.Input + b.Input, a.CachedInput + b.CachedInput, a.CacheWrite + b.CacheWrite, a.Output + b.Output, a.Reasoning + b.Reasoning, a.Cost + b.Cost);

    public static Sum Of(IEnumerable<LedgerRow> rows) => rows
        .Select(e => new Sum(e.IsAdjustment ? 0 : 1, e.Input, e.CachedInput, e.CacheWrite, e.Output, e.Reasoning, e.Cost))
        .Aggregate(default(Sum), (all, one) => all + one);
}
