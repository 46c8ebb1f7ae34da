using System.Text.Json;

namespace ChatBot.Functions.Models;

/// <summary>Why an answer ended, in OpenAI's words and in those of the clients' protocol.</summary>
public static class FinishReasons
{
    /// <summary>Null for an empty or unknown word, which says nothing of how the answer ended.</summary>
    public static string? Read(ref Utf8JsonReader json) =>
        json.TokenType != JsonTokenType.String ? null
        : json.ValueTextEquals("stop"u8) ? "stop"
        : json.ValueTextEquals("length"u8) ? "length"
        : json.ValueTextEquals("content_filter"u8) ? "content_filter"
        : json.ValueTextEquals("tool_calls"u8) ? "tool_calls"
        : json.ValueTextEquals("function_call"u8) ? "function_call"
        : null;

    /// <summary>The AI SDK's words; any other would fail a whole answer at its end.</summary>
    public static string ToProtocol(string? reason) => reason switch
    {
        "stop" or "length" => reason,
        "content_filter" => "content-filter",
        "tool_calls" or "function_call" => "tool-calls",
        _ => "other",
    };
}
