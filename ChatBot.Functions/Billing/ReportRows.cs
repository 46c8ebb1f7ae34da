using ChatBot.Functions.Database;
using Npgsql;

namespace ChatBot.Functions.Billing;

/// <summary>A user's period in a report.</summary>
/// <param name="StatementHash">Null until the period is closed, or where nothing was used.</param>
internal readonly record struct ReportedPeriod(
    Guid UserId, DateTimeOffset Start, DateTimeOffset End, string Status, long Tokens, decimal Cost, long OwnKeyTokens, string? StatementHash)
{
    public static ReportedPeriod Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.Time(1), row.Time(2), row.GetString(3), row.GetInt64(4), row.Decimal(5), row.GetInt64(6), row.TextOrNull(7));
}

/// <summary>What all users used on a day of one model for one purpose and payer.</summary>
internal readonly record struct ReportedTotal(
    DateOnly Day,
    string Model,
    string Purpose,
    string Payer,
    long Calls,
    long InputTokens,
    long CachedInputTokens,
    long CacheWriteTokens,
    long OutputTokens,
    long ReasoningTokens,
    decimal Cost)
{
    public static ReportedTotal Read(DateOnly day, NpgsqlDataReader row) => new(
        day,
        row.GetString(0),
        row.GetString(1),
        row.GetString(2),
        row.GetInt64(3),
        row.GetInt64(4),
        row.GetInt64(5),
        row.GetInt64(6),
        row.GetInt64(7),
        row.GetInt64(8),
        row.Decimal(9));

    public string Key(string by) => by switch
    {
        "day" => Day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
        "model" => Model,
        _ => Purpose,
    };

    public static ReportedTotal operator +(ReportedTotal a, ReportedTotal b) => a with
    {
        Calls = a.Calls + b.Calls,
        InputTokens = a.InputTokens + b.InputTokens,
        CachedInputTokens = a.CachedInputTokens + b.CachedInputTokens,
        CacheWriteTokens = a.CacheWriteTokens + b.CacheWriteTokens,
        OutputTokens = a.OutputTokens + b.OutputTokens,
        ReasoningTokens = a.ReasoningTokens + b.ReasoningTokens,
        Cost = a.Cost + b.Cost,
    };
}
