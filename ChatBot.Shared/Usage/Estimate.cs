using System.Text.Json;
using ChatBot.Shared.Completions;

namespace ChatBot.Shared.Usage;

/// <summary>Body of <c>POST /api/usage/estimate</c>: a send that is not sent.</summary>
/// <param name="ChatId">The chat it would go to; absent is a new one.</param>
/// <param name="Message">The user's message; absent is the answer to the last one anew.</param>
/// <param name="Model">A configured model that the plan allows; absent is the one that would answer.</param>
public sealed record EstimateRequest(string? ChatId = null, SentMessage? Message = null, string? Model = null);

/// <summary>What a send would reserve, decided as its admission would decide now.</summary>
/// <param name="Payer"><c>platform</c>, or <c>own_key</c> where the user's own key pays.</param>
/// <param name="PromptTokens">The most tokens that the prompt can be.</param>
/// <param name="Fits">Whether the send would be admitted.</param>
/// <param name="MaxOutputTokens">The most tokens that the answer may have, cut to what fits; null where nothing does.</param>
/// <param name="Tokens">Prompt and answer at the most.</param>
/// <param name="Cost">The most that the send can cost, in <paramref name="Currency"/>.</param>
/// <param name="Refusal">The cap in the way, with its facts as in the problem <c>usage_cap_exceeded</c>.</param>
public sealed record Estimate(
    string Model,
    string Payer,
    int PromptTokens,
    bool Fits,
    int? MaxOutputTokens,
    int? Tokens,
    decimal? Cost,
    string Currency,
    JsonElement? Refusal);
