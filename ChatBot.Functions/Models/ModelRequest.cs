using System.Buffers;
using System.Text.Json;

namespace ChatBot.Functions.Models;

/// <summary>The body of a call, in the form of OpenAI's chat completions.</summary>
public static class ModelRequest
{
    /// <param name="messages">A JSON array.</param>
    public static BinaryData Write(string deployment, string messages, int maxOutputTokens)
    {
        var buffer = new ArrayBufferWriter<byte>(messages.Length + 256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, deployment);
            json.WritePropertyName("messages"u8);
            // As the database made it: no object per message on the way.
            json.WriteRawValue(messages, skipInputValidation: true);
            json.WriteNumber("max_completion_tokens"u8, maxOutputTokens);
            json.WriteBoolean("stream"u8, true);
            json.WriteStartObject("stream_options"u8);
            json.WriteBoolean("include_usage"u8, true);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return BinaryData.FromBytes(buffer.WrittenMemory);
    }
}
