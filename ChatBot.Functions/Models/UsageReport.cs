using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace ChatBot.Functions.Models;

/// <summary>
/// The <c>usage</c> object that a model reports, OpenAI's form: each member as it came, null where it is missing or no number. One odd member
/// does not take the others away; whether they make sense is asked once they are all there.
/// </summary>
public readonly record struct UsageReport(decimal? Prompt, decimal? Completion, decimal? Total, decimal? Cached, decimal? Reasoning, decimal? CacheWrite = null)
{
    // No call has as many.
    private const int MaxTokens = 100_000_000;

    /// <param name="json">Before the value; after it, when this returns.</param>
    public static UsageReport? Read(ref Utf8JsonReader json)
    {
        var report = default(UsageReport);
        return ReadMembers(ref json, ref report) ? report : null;
    }

    /// <summary>What it comes to; null where its figures cannot be true, whatever the call was.</summary>
    public TokenUsage? ToUsage()
    {
        if (Count(Prompt) is not { } input || Count(Completion) is not { } output || Count(Reasoning ?? 0) is not { } reasoning
            || Count(Cached ?? 0) is not { } cached || Count(CacheWrite ?? 0) is not { } written)
        {
            return null;
        }

        // Some providers leave the reasoning out of the completion's tokens: the total tells.
        output += reasoning > 0 && Total == Prompt + Completion + Reasoning ? reasoning : 0;
        return cached + written <= input && reasoning <= output ? new TokenUsage(input, cached, output, reasoning, written) : null;
    }

    /// <summary>The members that are there, to be kept where it is not believed.</summary>
    public string ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            ReadOnlySpan<(string, decimal?)> members =
            [
                ("prompt_tokens", Prompt), ("completion_tokens", Completion), ("total_tokens", Total), ("cached_tokens", Cached), ("reasoning_tokens", Reasoning),
                ("cache_write_tokens", CacheWrite),
            ];
            foreach (var (name, value) in members)
            {
                if (value is { } number)
                {
                    json.WriteNumber(name, number);
                }
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static int? Count(decimal? number) => number is >= 0 and <= MaxTokens && decimal.IsInteger(number.Value) ? (int)number : null;

    /// <summary>The members of an object and of the details within; false where it is none.</summary>
    private static bool ReadMembers(ref Utf8JsonReader json, ref UsageReport report)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return false;
        }

        while (json.NextProperty())
        {
            if (json.ValueTextEquals("prompt_tokens_details"u8) || json.ValueTextEquals("completion_tokens_details"u8))
            {
                ReadMembers(ref json, ref report);
            }
            else
            {
                report = ReadMember(ref json, report);
            }
        }

        return true;
    }

    private static UsageReport ReadMember(ref Utf8JsonReader json, UsageReport report) =>
        json.ValueTextEquals("prompt_tokens"u8) ? report with { Prompt = ReadNumber(ref json) }
        : json.ValueTextEquals("completion_tokens"u8) ? report with { Completion = ReadNumber(ref json) }
        : json.ValueTextEquals("total_tokens"u8) ? report with { Total = ReadNumber(ref json) }
        : json.ValueTextEquals("cached_tokens"u8) ? report with { Cached = ReadNumber(ref json) }
        : json.ValueTextEquals("reasoning_tokens"u8) ? report with { Reasoning = ReadNumber(ref json) }
        : IsCacheWrite(ref json) ? report with { CacheWrite = ReadNumber(ref json) ?? report.CacheWrite }
        : Skip(ref json, report);

    // OpenAI's name, and those of gateways to providers that had it before: some send two of them, with the same figure.
    private static bool IsCacheWrite(ref Utf8JsonReader json) =>
        json.ValueTextEquals("cache_write_tokens"u8) || json.ValueTextEquals("cache_creation_tokens"u8) || json.ValueTextEquals("cache_creation_input_tokens"u8);

    private static UsageReport Skip(ref Utf8JsonReader json, UsageReport report)
    {
        json.SkipValue();
        return report;
    }

    /// <summary>A number, or one that is written as a string.</summary>
    private static decimal? ReadNumber(ref Utf8JsonReader json)
    {
        json.Read();
        decimal? number = json.TokenType is JsonTokenType.Number or JsonTokenType.String
            && Utf8Parser.TryParse(json.ValueSpan, out decimal some, out var length) && length == json.ValueSpan.Length ? some : null;
        json.Skip();
        return number;
    }
}
