using System.Text.Json;
using ChatBot.Functions.Completions;

namespace ChatBot.Functions.Models;

/// <summary>
/// One event of a model's stream, read into the same object each time. Form: OpenAI's <c>chat.completion.chunk</c>, which
/// Azure OpenAI shares.
/// </summary>
public sealed class ModelChunk
{
    private char[] _text = new char[256];
    private int _length;
    private char _half;

    public ReadOnlySpan<char> Text => _text.AsSpan(0, _length);

    /// <summary>In the provider's words.</summary>
    public string? FinishReason { get; private set; }

    public TokenUsage? Usage { get; private set; }

    /// <summary>What the provider's content filter took out, in its words.</summary>
    public IReadOnlyList<string> Filtered { get; private set; } = [];

    /// <summary>An error that the provider sent within the stream: its code, or what else it gave.</summary>
    public string? Error { get; private set; }

    /// <exception cref="JsonException">It is not a JSON object.</exception>
    public void Read(ReadOnlySpan<byte> data)
    {
        (_length, FinishReason, Usage, Error, Filtered) = (0, null, null, null, []);
        var json = new Utf8JsonReader(data);
        Expect(ref json, JsonTokenType.StartObject);
        while (NextProperty(ref json))
        {
            if (json.ValueTextEquals("choices"u8))
            {
                ReadChoices(ref json);
            }
            else if (json.ValueTextEquals("usage"u8))
            {
                ReadUsage(ref json);
            }
            else if (json.ValueTextEquals("error"u8))
            {
                ReadError(ref json);
            }
            else
            {
                SkipValue(ref json);
            }
        }

        if (FinishReason is not null && _half != 0)
        {
            (_text[_length++], _half) = ('\uFFFD', '\0');
        }
    }

    private void ReadChoices(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray)
        {
            json.Skip();
            return;
        }

        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            while (NextProperty(ref json))
            {
                if (json.ValueTextEquals("delta"u8))
                {
                    ReadDelta(ref json);
                }
                else if (json.ValueTextEquals("finish_reason"u8))
                {
                    json.Read();
                    FinishReason = json.TokenType == JsonTokenType.String ? json.GetString() : FinishReason;
                    json.Skip();
                }
                else if (json.ValueTextEquals("content_filter_results"u8))
                {
                    Filtered = ContentFilterResults.ReadFiltered(ref json);
                }
                else
                {
                    SkipValue(ref json);
                }
            }
        }
    }

    private void ReadDelta(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return;
        }

        while (NextProperty(ref json))
        {
            // A refusal is the answer too, in the model's own words.
            var isText = json.ValueTextEquals("content"u8) || json.ValueTextEquals("refusal"u8);
            json.Read();
            if (isText && json.TokenType == JsonTokenType.String)
            {
                Append(ref json);
            }

            json.Skip();
        }
    }

    private void Append(ref Utf8JsonReader json)
    {
        // A half that was left over takes one more.
        var most = _length + json.ValueSpan.Length + 1;
        if (most > _text.Length)
        {
            Array.Resize(ref _text, Math.Max(most, _text.Length * 2));
        }

        var room = _text.AsSpan(_length);
        var length = _half == 0 && TryCopy(ref json, room, out var copied) ? copied : OddText.Read(json.ValueSpan, room, ref _half);
        // Postgres has no U+0000 in texts.
        room[..length].Replace('\0', '\uFFFD');
        _length += length;
    }

    private static bool TryCopy(ref Utf8JsonReader json, Span<char> text, out int length)
    {
        try
        {
            length = json.CopyString(text);
            return true;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, or bytes that are not UTF-8.
            length = 0;
            return false;
        }
    }

    private void ReadUsage(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return;
        }

        int? input = null, output = null, cached = 0, reasoning = 0;
        while (NextProperty(ref json))
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
                SkipValue(ref json);
            }
        }

        // Figures that contradict each other are as good as none: the usage is then estimated.
        if (input is { } i && output is { } o && cached is { } c && reasoning is { } r && c <= i && r <= o)
        {
            Usage = new TokenUsage(i, c, o, r);
        }
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

        while (NextProperty(ref json))
        {
            if (json.ValueTextEquals(name))
            {
                count = ReadCount(ref json);
            }
            else
            {
                SkipValue(ref json);
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

    private void ReadError(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            Error = json.TokenType == JsonTokenType.Null ? null : "error";
            json.Skip();
            return;
        }

        Error = "error";
        while (NextProperty(ref json))
        {
            var isCode = json.ValueTextEquals("code"u8);
            json.Read();
            if (isCode && json.TokenType == JsonTokenType.String)
            {
                Error = json.GetString();
            }

            json.Skip();
        }
    }

    private static bool NextProperty(ref Utf8JsonReader json) => json.Read() && json.TokenType == JsonTokenType.PropertyName;

    private static void SkipValue(ref Utf8JsonReader json)
    {
        json.Read();
        json.Skip();
    }

    private static void Expect(ref Utf8JsonReader json, JsonTokenType type)
    {
        if (!json.Read() || json.TokenType != type)
        {
            throw new JsonException("The event is not a JSON object.");
        }
    }
}
