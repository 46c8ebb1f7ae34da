using System.Globalization;
using System.Text.Json;

namespace ChatBot.Functions.Hosting;

/// <summary>The JSON with which the Functions host calls a queue function. Form: as observed on host 4.1037.</summary>
public static class TriggerEnvelope
{
    /// <summary>The binding's name, in the manifest and so in the envelope.</summary>
    public const string Binding = "message";

    /// <exception cref="InvalidDataException">It is not such an envelope.</exception>
    public static QueueTrigger ReadQueue(JsonElement envelope, string queue)
    {
        if (envelope.ValueKind != JsonValueKind.Object
            || !envelope.TryGetProperty("Data", out var data) || data.ValueKind != JsonValueKind.Object
            || !data.TryGetProperty(Binding, out var message))
        {
            throw new InvalidDataException($"The call has no Data.{Binding}.");
        }

        var metadata = envelope.TryGetProperty("Metadata", out var m) && m.ValueKind == JsonValueKind.Object ? m : default;
        return new QueueTrigger(
            queue,
            Text(metadata, "Id") ?? "",
            Decode(message),
            int.TryParse(Text(metadata, "DequeueCount"), out var count) ? count : 1,
            DateTimeOffset.TryParse(Text(metadata, "InsertionTime"), CultureInfo.InvariantCulture, out var insertedAt) ? insertedAt : null);
    }

    /// <summary>The host encodes a message's text as a JSON string within a JSON string; newer hosts hand JSON over as it is.</summary>
    private static string Decode(JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.String)
        {
            return message.GetRawText();
        }

        var once = message.GetString()!;
        return once.StartsWith('"') ? Unquote(once) : once;
    }

    private static string? Text(JsonElement metadata, string name) =>
        metadata.ValueKind == JsonValueKind.Object && metadata.TryGetProperty(name, out var value)
            ? Unquote(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText())
            : null;

    private static string Unquote(string text)
    {
        if (!text.StartsWith('"'))
        {
            return text;
        }

        try
        {
            return JsonElement.Parse(text).GetString()!;
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
