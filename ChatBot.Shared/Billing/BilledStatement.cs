using System.Text.Json;

namespace ChatBot.Shared.Billing;

/// <summary>A closed period of a user, frozen.</summary>
/// <param name="ContentHash">SHA-256 of the statement's text in the database, in hexadecimal.</param>
/// <param name="IsReproducible">Whether the ledger gives the same statement to the byte.</param>
/// <param name="Statement">Totals, a line per purpose, model and payer, and adjustments of earlier periods.</param>
public sealed record BilledStatement(DateTimeOffset PeriodStart, string ContentHash, bool IsReproducible, DateTimeOffset ClosedAt, JsonElement Statement);

/// <summary>A message of a queue that could not be handled.</summary>
/// <param name="Queue">The poison queue that it was found in.</param>
/// <param name="Attempts">How often it failed before; null where that is not known, as the database was away or no function saw it.</param>
/// <param name="LastError">Why it failed the last time: a kind of error, a code of the database or the storage account, ids.</param>
/// <param name="RedrivenAt">When it was last sent to its queue again; null is never.</param>
public sealed record DeadLetter(
    Guid Id,
    string Queue,
    string MessageId,
    string Body,
    int? Attempts,
    string? LastError,
    DateTimeOffset CreatedAt,
    DateTimeOffset? RedrivenAt);
