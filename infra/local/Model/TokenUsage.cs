using System.Text.Json;

namespace ChatBot.Local;

/// <summary>The usage that a completion reports.</summary>
internal readonly record struct TokenUsage(long Prompt, long Completion, long Cached, long Reasoning)
{
    /// <summary>Figures that no completion has.</summary>
    public static TokenUsage Absurd { get; } = new(-7, 1_000_000_000_000_000, -1, 0);

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", Prompt);
        json.WriteNumber("completion_tokens", Completion);
        json.WriteNumber("total_tokens", Prompt + Completion);
        json.WriteStartObject("prompt_tokens_details");
        json.WriteNumber("cached_tokens", Cached);
        json.WriteNumber("audio_tokens", 0);
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
