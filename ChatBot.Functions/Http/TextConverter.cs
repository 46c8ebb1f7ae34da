using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChatBot.Functions.Http;

/// <summary>Reads texts, and tells one that is no Unicode from a value that is no text, which the reader alone does not.</summary>
internal sealed class TextConverter : JsonConverter<string>
{
    /// <exception cref="UnpairedSurrogateException">The text escapes half of a surrogate pair.</exception>
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
            throw new UnpairedSurrogateException();
        }
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}

internal sealed class UnpairedSurrogateException : Exception;
