using System.Text.Json;
using ChatBot.Functions.Completions;

namespace ChatBot.Functions.Models;

/// <summary>The <c>usage</c> object of a model's stream, OpenAI's form.</summary>
public static class UsageReport
{
    /// <param name="json">Before the value; after it, when this returns.</param>
    public static TokenUsage? Read(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return null;
        }

        int? input = null, output = null, cached = 0, reasoning = 0;
        while (json.NextProperty())
        {
            if (json.ValueTextEquals("prompt_tokens"u8))
            {
                input = ReadCount(ref json);
            }
            else if (json.ValueTextEquals("completion_tokens"u8))
            {
                output = ReadCount(ref json);
            }
            else if (json.ValueTextEquals("prompt_tokens_details"u8))
            {
                cached = ReadDetail(ref json, "cached_tokens"u8);
            }
            else if (json.ValueTextEquals("completion_tokens_details"u8))
            {
                reasoning = ReadDetail(ref json, "reasoning_tokens"u8);
            }
            else
            {
                json.SkipValue();
            }
        }

        // Figures that contradict each other are as good as none: the usage is then estimated.
        return input is { } i && output is { } o && cached is { } c && reasoning is { } r && c <= i && r <= o ? new TokenUsage(i, c, o, r) : null;
    }

    private static int? ReadDetail(ref Utf8JsonReader json, ReadOnlySpan<byte> name)
    {
        int? count = 0;
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return count;
        }

        while (json.NextProperty())
        {
            if (json.ValueTextEquals(name))
            {
                count = ReadCount(ref json);
            }
            else
            {
                json.SkipValue();
            }
        }

        return count;
    }

    /// <summary>Null for what cannot be a number of tokens in one call.</summary>
    private static int? ReadCount(ref Utf8JsonReader json)
    {
        const int most = 100_000_000;
        json.Read();
        var count = json.TokenType == JsonTokenType.Number && json.TryGetInt32(out var number) && number is >= 0 and <= most ? number : (int?)null;
        json.Skip();
        return count;
    }
}
