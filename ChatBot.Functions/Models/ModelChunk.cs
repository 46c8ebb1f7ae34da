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

    /// <summary>What the provider calls the model, as its first event says.</summary>
    public string? Model { get; private set; }

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
        while (json.NextProperty())
        {
            if (json.ValueTextEquals("choices"u8))
            {
                ReadChoices(ref json);
            }
            else if (json.ValueTextEquals("usage"u8))
            {
                Usage = UsageReport.Read(ref json);
            }
            else if (json.ValueTextEquals("error"u8))
            {
                ReadError(ref json);
            }
            else if (Model is null && json.ValueTextEquals("model"u8))
            {
                json.Read();
                // Azure's first event has an empty one.
                Model = json.TokenType == JsonTokenType.String && json.GetString() is { Length: > 0 } name ? name : null;
                json.Skip();
            }
            else
            {
                json.SkipValue();
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
            while (json.NextProperty())
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
                    json.SkipValue();
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

        while (json.NextProperty())
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
        while (json.NextProperty())
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

    private static void Expect(ref Utf8JsonReader json, JsonTokenType type)
    {
        if (!json.Read() || json.TokenType != type)
        {
            throw new JsonException("The event is not a JSON object.");
        }
    }
}
