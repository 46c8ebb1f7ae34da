using System.Text.Json;

namespace ChatBot.Local;

/// <summary>One call to the model and what was truly sent: what a checker holds the program's books against.</summary>
public sealed record ModelCall
{
    /// <summary>From 1, in the order of arrival.</summary>
    public required int N { get; init; }

    /// <summary>The completion's id, <c>chatcmpl-…</c>.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset At { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The caller's own id of the call, from <c>X-Client-Request-Id</c>; null where it gave none.</summary>
    public Guid? RequestId { get; init; }

    /// <summary><c>openai</c> or <c>azure</c>.</summary>
    public required string Path { get; init; }

    public required string Model { get; init; }

    public required string KeyLast4 { get; init; }

    public bool Stream { get; init; }

    public int? RequestedMaxTokens { get; init; }

    /// <summary>The request's messages, as sent.</summary>
    public JsonElement Messages { get; init; }

    /// <summary>The request's other members.</summary>
    public JsonElement Parameters { get; init; }

    public int PromptTokens { get; init; }

    /// <summary>0 until an answer has begun.</summary>
    public int Status { get; init; }

    /// <summary>Tokens of the text that was written to the connection.</summary>
    public int SentTokens { get; init; }

    /// <summary>The text that was written to the connection, up to its first million characters.</summary>
    public string SentText { get; init; } = "";

    /// <summary>Tokens of reasoning that were written to the connection.</summary>
    public int SentReasoning { get; init; }

    public int ReasoningTokens { get; init; }

    public int CachedTokens { get; init; }

    public int CacheWriteTokens { get; init; }

    /// <summary>Whether the usage was written to the connection.</summary>
    public bool UsageSent { get; init; }

    /// <summary>The finish reason that was written to the connection.</summary>
    public string? FinishReason { get; init; }

    public CallOutcome Outcome { get; init; }
}
