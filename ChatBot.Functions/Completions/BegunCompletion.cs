using ChatBot.Functions.Database;
using ChatBot.Functions.Preferences;
using Npgsql;

namespace ChatBot.Functions.Completions;

/// <summary>What the admission decided.</summary>
/// <param name="Admission">Null for a repeat: the completion of the first request is to be followed, nothing is to be called.</param>
public sealed record BegunCompletion(Guid Id, Admission? Admission)
{
    public static BegunCompletion Read(NpgsqlDataReader row) =>
        new(row.GetGuid(0), row.GetBoolean(1) ? Completions.Admission.Read(row) : null);
}

/// <summary>What may be called, and what is reserved for it.</summary>
/// <param name="Messages">The prompt as the model's <c>messages</c> array, JSON as the database made it.</param>
/// <param name="Key">The user's own key, where they have stored one.</param>
public sealed record Admission(
    string Model,
    int MaxOutputTokens,
    string Payer,
    int ReservedTokens,
    decimal ReservedCost,
    Price Price,
    string Messages,
    SealedKey? Key)
{
    public static Admission Read(NpgsqlDataReader row) => new(
        row.GetString(3),
        row.GetInt32(4),
        row.GetString(5),
        row.GetInt32(6),
        row.GetDecimal(7),
        new Price(row.GetGuid(8), row.GetDecimal(9), row.GetDecimal(10), row.GetDecimal(11), row.GetDecimal(12), row.GetString(13)),
        row.GetString(14),
        row.ValueOrNull<Guid>(15) is { } keyId
            ? new SealedKey(keyId, row.GetFieldValue<byte[]>(16), row.GetFieldValue<byte[]>(17), row.GetInt32(18))
            : null);
}

/// <summary>Per million tokens.</summary>
public sealed record Price(Guid Id, decimal Input, decimal CachedInput, decimal Output, decimal Reasoning, string Currency)
{
    /// <summary>As <c>billing.cost_of</c> computes it for the ledger.</summary>
    public decimal CostOf(TokenUsage usage) => 0.000001m * (
        ((usage.Input - usage.CachedInput) * Input)
        + (usage.CachedInput * CachedInput)
        + ((usage.Output - usage.Reasoning) * Output)
        + (usage.Reasoning * Reasoning));
}

/// <summary>What a provider reported for one call. Cached tokens are part of the input, reasoning tokens of the output.</summary>
public readonly record struct TokenUsage(int Input, int CachedInput, int Output, int Reasoning);
