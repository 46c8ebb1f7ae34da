namespace ChatBot.Shared.Completions;

/// <summary>
/// What an answer took: the same in the stream's last event, with the message, and in the ledger. Tokens and cost are of all its calls together;
/// what is not known is left out.
/// </summary>
/// <param name="Model">That answered, or was called last.</param>
/// <param name="ModelsTried">In the order in which they were called.</param>
/// <param name="Attempts">All calls that were made for it, those that were refused too.</param>
/// <param name="Payer"><c>platform</c> or <c>own_key</c>.</param>
/// <param name="Quality">
/// <c>reported</c> by the provider; <c>estimated</c> from the texts, all or a part of it; <c>none</c> where nothing is charged.
/// </param>
/// <param name="InputTokens">Of the prompt, those included that came from the provider's cache or were written to it.</param>
/// <param name="OutputTokens">Of the answer, reasoning included.</param>
/// <param name="Cost">In <paramref name="Currency"/> (ISO 4217); 0 on an own key.</param>
/// <param name="PriceId">Of the model that answered.</param>
/// <param name="ReservedTokens">Held back for it while it was being written.</param>
/// <param name="FirstTokenMilliseconds">From its begin to its first text.</param>
/// <param name="Stored">False in a stream whose outcome is still to be stored.</param>
/// <param name="Error">A problem's code, where the answer did not come to its end by itself.</param>
/// <param name="ContentFilter">What the provider's content filter took out, in its words.</param>
public sealed record Receipt(
    string Model,
    IReadOnlyList<string> ModelsTried,
    int Attempts,
    string Payer,
    string Quality,
    int InputTokens,
    int CachedInputTokens,
    int CacheWriteTokens,
    int OutputTokens,
    int ReasoningTokens,
    decimal Cost,
    string Currency,
    Guid PriceId,
    int ReservedTokens,
    decimal ReservedCost,
    int? FirstTokenMilliseconds,
    int TotalMilliseconds,
    DateTimeOffset StartedAt,
    DateTimeOffset? FirstTokenAt,
    DateTimeOffset EndedAt,
    bool Stored,
    string? Error,
    IReadOnlyList<string>? ContentFilter);
