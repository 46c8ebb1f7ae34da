using System.Text.Json;

namespace ChatBot.Functions.Models;

/// <summary>
/// One event of a model's stream, read into the same object each time. Form: OpenAI's <c>chat.completion.chunk</c>, which
/// Azure OpenAI shares, and its <c>chat.completion</c>, which has a <c>message</c> in place of the <c>delta</c>.
/// </summary>
public sealed class ModelChunk
{
    private static readonly JsonReaderOptions s_options = new() { AllowMultipleValues = true };

    private readonly ChunkText _text = new();
    private readonly ChunkText _reasoning = new();

    public ReadOnlySpan<char> Text => _text.Span;

    /// <summary>What the model thinks before it answers; not to be shown.</summary>
    public ReadOnlySpan<char> Reasoning => _reasoning.Span;

    /// <summary>Whether the text says in the model's own words that it will not answer.</summary>
    public bool IsRefusal { get; private set; }

    /// <summary>One of OpenAI's words; null where there is none.</summary>
    public string? FinishReason { get; private set; }

    public UsageReport? Usage { get; private set; }

    /// <summary>What the provider calls the model, as its first event says.</summary>
    public string? Model { get; private set; }

    /// <summary>What the provider's content filter took out, in its words.</summary>
    public IReadOnlyList<string> Filtered { get; private set; } = [];

    /// <summary>An error that the provider sent in place of a piece of the answer.</summary>
    public ProviderError? Error { get; private set; }

    /// <summary>Whether the stream's end marker has come.</summary>
    public bool IsLast { get; private set; }

    public bool HasChoices { get; private set; }

    /// <exception cref="JsonException">It is malformed.</exception>
    public static ModelChunk OfWhole(ReadOnlySpan<byte> json)
    {
        var chunk = new ModelChunk();
        chunk.Read(json);
        chunk.IsLast = true;
        return chunk;
    }

    /// <param name="isError">Whether the event says that it is an error.</param>
    /// <returns>False where there is nothing in it.</returns>
    /// <exception cref="JsonException">It is not JSON objects.</exception>
    public bool Read(ReadOnlySpan<byte> data, bool isError = false)
    {
        _text.Clear();
        _reasoning.Clear();
        (FinishReason, Usage, Error, Filtered, IsRefusal) = (null, null, null, [], false);

        var rest = data.Trim(" \t\r\n"u8);
        // Also where it shares an event with what came before.
        IsLast = rest.EndsWith("[DONE]"u8);
        rest = IsLast ? rest[..^"[DONE]".Length] : rest;
        if (isError)
        {
            Error = ProviderError.Parse(rest, 0);
            return true;
        }

        var json = new Utf8JsonReader(rest, s_options);
        var isEmpty = true;
        // Some servers put several into one event.
        while (json.Read())
        {
            ReadObject(ref json, rest[(int)json.TokenStartIndex..]);
            isEmpty = false;
        }

        if (FinishReason is not null || IsLast)
        {
            _text.End();
        }

        return !isEmpty || IsLast;
    }

    private void ReadObject(ref Utf8JsonReader json, ReadOnlySpan<byte> whole)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("The event is not a JSON object.");
        }

        while (json.NextProperty())
        {
            if (json.ValueTextEquals("choices"u8))
            {
                ReadChoices(ref json);
            }
            else if (json.ValueTextEquals("usage"u8))
            {
                Usage = UsageReport.Read(ref json) ?? Usage;
            }
            else if (json.ValueTextEquals("error"u8))
            {
                json.Read();
                Error = json.TokenType == JsonTokenType.Null ? Error : ProviderError.Parse(whole, 0);
                json.Skip();
            }
            else if (json.ValueTextEquals("object"u8))
            {
                json.Read();
                Error = json.TokenType == JsonTokenType.String && json.ValueTextEquals("error"u8) ? ProviderError.Parse(whole, 0) : Error;
                json.Skip();
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
    }

    private void ReadChoices(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray)
        {
            json.Skip();
            return;
        }

        HasChoices = true;
        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            while (json.NextProperty())
            {
                if (json.ValueTextEquals("delta"u8) || json.ValueTextEquals("message"u8))
                {
                    ReadDelta(ref json);
                }
                else if (json.ValueTextEquals("finish_reason"u8))
                {
                    json.Read();
                    FinishReason = FinishReasons.Read(ref json) ?? FinishReason;
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

        var hasReasoning = false;
        while (json.NextProperty())
        {
            // A refusal is the answer too, in the model's own words.
            var isRefusal = json.ValueTextEquals("refusal"u8);
            var isText = isRefusal || json.ValueTextEquals("content"u8);
            var isReasoning = json.ValueTextEquals("reasoning_content"u8) || json.ValueTextEquals("reasoning"u8);
            json.Read();
            if (json.TokenType == JsonTokenType.String && !json.ValueSpan.IsEmpty)
            {
                if (isText)
                {
                    _text.Append(ref json);
                    IsRefusal |= isRefusal;
                }
                else if (isReasoning && !hasReasoning)
                {
                    // Who sends both members sends the same in both.
                    _reasoning.Append(ref json);
                    hasReasoning = true;
                }
            }

            json.Skip();
        }
    }
}
