using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ChatBot.Local;

/// <summary>The JSON of one completion: its chunks, or the whole.</summary>
internal sealed class CompletionJson(string id, string model, DateTimeOffset created, bool azure)
{
    // As OpenAI does, characters outside ASCII go as they are.
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Whether every chunk has a usage member, null but in the last.</summary>
    public bool IncludeUsage { get; init; }

    /// <summary>Whether every chunk has an empty finish reason, and no null.</summary>
    public bool EmptyFinish { get; init; }

    public byte[] PromptFilterResults() => Write(json =>
    {
        json.WriteString("id", "");
        json.WriteString("object", "");
        json.WriteNumber("created", 0);
        json.WriteString("model", "");
        json.WriteStartArray("prompt_filter_results");
        json.WriteStartObject();
        json.WriteNumber("prompt_index", 0);
        json.WritePropertyName("content_filter_results");
        ContentFilter.Results().WriteTo(json);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartArray("choices");
        json.WriteEndArray();
    });

    public byte[] Role() => Chunk(json =>
    {
        json.WriteString("role", "assistant");
        json.WriteString("content", "");
        json.WriteNull("refusal");
    });

    public byte[] Content(string? text) => Chunk(json => json.WriteString("content", text));

    public byte[] Reasoning(string text, ReasoningMember member) => Chunk(json =>
    {
        if (member is not ReasoningMember.Reasoning)
        {
            json.WriteString("reasoning_content", text);
        }

        if (member is not ReasoningMember.ReasoningContent)
        {
            json.WriteString("reasoning", text);
        }
    });

    public byte[] Refusal(string text) => Chunk(json => json.WriteString("refusal", text));

    /// <param name="literal">A JSON string, quotes and all.</param>
    public byte[] ContentLiteral(string literal) => Chunk(json =>
    {
        json.WritePropertyName("content");
        json.WriteRawValue(literal, skipInputValidation: true);
    });

    public byte[] Finish(string reason) => Chunk(_ => { }, reason);

    public byte[] WithoutChoices(TokenUsage? usage = null) => Write(json =>
    {
        Head(json, "chat.completion.chunk");
        json.WriteStartArray("choices");
        json.WriteEndArray();
        Usage(json, usage);
    });

    /// <param name="usage">A JSON object.</param>
    public byte[] WithUsage(string usage) => Write(json =>
    {
        Head(json, "chat.completion.chunk");
        json.WriteStartArray("choices");
        json.WriteEndArray();
        json.WritePropertyName("usage");
        json.WriteRawValue(usage, skipInputValidation: true);
    });

    public byte[] Whole(string text, string reason, TokenUsage? usage) => Write(json =>
    {
        Head(json, "chat.completion");
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        json.WriteStartObject("message");
        json.WriteString("role", "assistant");
        json.WriteString("content", text);
        json.WriteNull("refusal");
        json.WriteEndObject();
        ChoiceEnd(json, reason);
        json.WriteEndArray();
        if (usage is { } known)
        {
            known.Write(json);
        }
    });

    private byte[] Chunk(Action<Utf8JsonWriter> delta, string? finishReason = null) => Write(json =>
    {
        Head(json, "chat.completion.chunk");
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        json.WriteStartObject("delta");
        delta(json);
        json.WriteEndObject();
        ChoiceEnd(json, finishReason);
        json.WriteEndArray();
        Usage(json, null);
    });

    private void Head(Utf8JsonWriter json, string kind)
    {
        json.WriteString("id", id);
        json.WriteString("object", kind);
        json.WriteNumber("created", created.ToUnixTimeSeconds());
        json.WriteString("model", model);
        json.WriteString("system_fingerprint", "fp_standin");
    }

    private void ChoiceEnd(Utf8JsonWriter json, string? finishReason)
    {
        json.WriteNull("logprobs");
        json.WriteString("finish_reason", finishReason ?? (EmptyFinish ? "" : null));
        if (azure)
        {
            json.WritePropertyName("content_filter_results");
            ContentFilter.Results(finishReason == "content_filter" ? "violence" : null).WriteTo(json);
        }
        json.WriteEndObject();
    }

    private void Usage(Utf8JsonWriter json, TokenUsage? usage)
    {
        if (usage is { } known)
        {
            known.Write(json);
        }
        else if (IncludeUsage)
        {
            json.WriteNull("usage");
        }
    }

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer, s_options);
        json.WriteStartObject();
        members(json);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
