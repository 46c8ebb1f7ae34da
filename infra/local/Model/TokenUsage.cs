using System.Text.Json;

namespace ChatBot.Local;

/// <summary>The usage that a completion reports.</summary>
internal readonly record struct TokenUsage(long Prompt, long Completion, long Cached, long Reasoning)
{
    public int? CacheWrite { get; init; }

    /// <summary>The member that reports it.</summary>
    public string? CacheWriteAs { get; init; }

    /// <summary>Whether the completion's tokens are told without the reasoning.</summary>
    public bool ReasoningApart { get; init; }

    /// <summary>Figures that no completion has.</summary>
    public static TokenUsage Absurd { get; } = new(-7, 1_000_000_000_000_000, -1, 0);

    /// <summary>What an answer of so many tokens, of so long a prompt, takes as the directive has it.</summary>
    public static TokenUsage Of(Directive directive, int prompt, int answer) =>
        directive.Usage is UsageReport.Absurd ? Absurd : new(prompt, answer + directive.AllReasoning, directive.CachedTokens ?? 0, directive.AllReasoning)
        {
            CacheWrite = directive.CacheWrite,
            CacheWriteAs = directive.CacheWriteAs,
            ReasoningApart = directive.ReasoningApart,
        };

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", Prompt);
        json.WriteNumber("completion_tokens", ReasoningApart ? Completion - Reasoning : Completion);
        json.WriteNumber("total_tokens", Prompt + Completion);
        if (CacheWrite is { } all && CacheWriteAs == "cache_creation_input_tokens")
        {
            json.WriteNumber(CacheWriteAs, all);
        }

        json.WriteStartObject("prompt_tokens_details");
        json.WriteNumber("cached_tokens", Cached);
        json.WriteNumber("audio_tokens", 0);
        if (CacheWrite is { } written && CacheWriteAs != "cache_creation_input_tokens")
        {
            json.WriteNumber(CacheWriteAs ?? "cache_write_tokens", written);
        }

        json.WriteEndObject();
        json.WriteStartObject("completion_tokens_details");
        json.WriteNumber("reasoning_tokens", Reasoning);
        json.WriteNumber("audio_tokens", 0);
        json.WriteNumber("accepted_prediction_tokens", 0);
        json.WriteNumber("rejected_prediction_tokens", 0);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
