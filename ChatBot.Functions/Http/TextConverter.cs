using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChatBot.Functions.Http;

/// <summary>Reads texts, and tells one that is no Unicode from a value that is no text, which the reader alone does not.</summary>
internal class TextConverter : JsonConverter<string>
{
    /// <exception cref="UnprocessableTextException">The text escapes half of a surrogate pair.</exception>
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException();
        }

        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException e) when (e.InnerException is null)
        {
            // With an inner exception, the bytes are no UTF-8, so that the body is no JSON.
            throw new UnprocessableTextException("holds half of a surrogate pair, which no Unicode text may");
        }
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}

/// <summary>Reads texts of which each may be stored: Postgres has no U+0000 in them.</summary>
internal sealed class StorableTextConverter : TextConverter
{
    /// <exception cref="UnprocessableTextException">The text holds U+0000, or escapes half of a surrogate pair.</exception>
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        base.Read(ref reader, typeToConvert, options) is var text && text?.Contains('\0', StringComparison.Ordinal) is true
            ? throw new UnprocessableTextException("holds the character U+0000, which cannot be stored")
            : text;
}

/// <param name="fault">What is wrong with the text; the serializer adds where it stands.</param>
internal sealed class UnprocessableTextException(string fault) : JsonException
{
    public string Fault => fault;
}
