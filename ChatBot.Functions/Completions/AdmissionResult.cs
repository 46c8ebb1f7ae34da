using ChatBot.Functions.Database;
using ChatBot.Functions.Models;
using ChatBot.Functions.Preferences;
using Npgsql;

namespace ChatBot.Functions.Completions;

/// <summary>What the admission decided.</summary>
/// <param name="Call">Null for a repeat: the completion of the first request is to be followed, nothing is to be called.</param>
public sealed record AdmissionResult(Guid Id, AdmittedCall? Call)
{
    public static AdmissionResult Read(NpgsqlDataReader row) => new(row.GetGuid(0), row.GetBoolean(1) ? AdmittedCall.Read(row) : null);
}

/// <param name="Messages">The prompt as the model's <c>messages</c> array, JSON as the database made it.</param>
public sealed record AdmittedCall(Reservation Admission, string Messages)
{
    public static AdmittedCall Read(NpgsqlDataReader row) => new(Reservation.Read(row), row.GetString(15));
}

/// <summary>What may be called, and what is reserved for it.</summary>
/// <param name="PromptBound">The most tokens that the prompt can be.</param>
/// <param name="Attempt">From 1; counts the calls that a provider may charge for.</param>
/// <param name="AttemptId">Of the ledger row that this call gets.</param>
/// <param name="Key">The user's own key, where they have stored one.</param>
public sealed record Reservation(
    string Model,
    int PromptBound,
    int MaxOutputTokens,
    string Payer,
    int ReservedTokens,
    decimal ReservedCost,
    int Attempt,
    Guid AttemptId,
    Price Price,
    EncryptedKey? Key)
{
    public static Reservation Read(NpgsqlDataReader row) => new(
        row.GetString(2),
        row.GetInt32(20),
        row.GetInt32(3),
        row.GetString(4),
        row.GetInt32(5),
        row.Decimal(6),
        row.GetInt32(7),
        row.GetGuid(8),
        new Price(row.GetGuid(9), row.Decimal(10), row.Decimal(11), row.Decimal(21), row.Decimal(12), row.Decimal(13), row.GetString(14)),
        row.IsDBNull(16) ? null : EncryptedKey.Read(row, 16));
}

/// <summary>Per million tokens.</summary>
public sealed record Price(
    Guid Id, decimal Input, decimal CachedInput, decimal CacheWrite, decimal Output, decimal Reasoning, string Currency)
{
    /// <summary>As <c>billing.cost_of</c> computes it for the ledger.</summary>
    public decimal CostOf(TokenUsage usage) => 0.000001m * (
        ((usage.Input - usage.CachedInput - usage.CacheWrite) * Input)
        + (usage.CachedInput * CachedInput)
        + (usage.CacheWrite * CacheWrite)
        + ((usage.Output - usage.Reasoning) * Output)
        + (usage.Reasoning * Reasoning));
}
