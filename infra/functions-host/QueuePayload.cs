using System.Globalization;
using System.Text;
using System.Text.Json;
using Azure.Storage.Queues.Models;
using ChatBot.Local.Protocol;
using Google.Protobuf;

namespace ChatBot.Local;

/// <summary>A queue message as the queue extension hands it to the worker.</summary>
/// <exception cref="FormatException">It is to be Base64 and is not.</exception>
internal sealed class QueuePayload(QueueMessage message, bool isBase64)
{
    private const string Json = "application/json";

    private readonly string _text = isBase64 ? Encoding.UTF8.GetString(Convert.FromBase64String(message.MessageText)) : message.MessageText;

    /// <summary>For a parameter of the storage library's type.</summary>
    public TypedData ToInput()
    {
        using var content = new MemoryStream();
        using (var json = new Utf8JsonWriter(content))
        {
            json.WriteStartObject();
            json.WriteString("MessageId", message.MessageId);
            json.WriteString("PopReceipt", message.PopReceipt);
            json.WriteString("MessageText", _text);
            json.WriteBase64String("Body", Encoding.UTF8.GetBytes(_text));
            WriteTime(json, "NextVisibleOn", message.NextVisibleOn);
            WriteTime(json, "InsertedOn", message.InsertedOn);
            WriteTime(json, "ExpiresOn", message.ExpiresOn);
            json.WriteNumber("DequeueCount", message.DequeueCount);
            json.WriteEndObject();
        }

        return new()
        {
            ModelBindingData = new() { Version = "1.0", Source = "AzureStorageQueues", ContentType = Json, Content = ByteString.CopyFrom(content.ToArray()) },
        };
    }

    /// <summary>Members of a body that is an object are among it, and overwrite what has their name.</summary>
    public Dictionary<string, TypedData> ToMetadata()
    {
        var metadata = new Dictionary<string, TypedData>(StringComparer.OrdinalIgnoreCase)
        {
            ["QueueTrigger"] = new() { String = _text },
            ["DequeueCount"] = new() { Json = message.DequeueCount.ToString(CultureInfo.InvariantCulture) },
            ["Id"] = new() { String = message.MessageId },
            ["PopReceipt"] = new() { String = message.PopReceipt },
            ["InsertionTime"] = Time(message.InsertedOn),
            ["ExpirationTime"] = Time(message.ExpiresOn),
            ["NextVisibleTime"] = Time(message.NextVisibleOn),
        };
        try
        {
            if (JsonElement.Parse(_text) is { ValueKind: JsonValueKind.Object } body)
            {
                foreach (var member in body.EnumerateObject())
                {
                    metadata[member.Name] = new() { Json = member.Value.GetRawText() };
                }
            }
        }
        catch (JsonException)
        {
            // Any text may be a body.
        }

        return metadata;
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } value)
        {
            json.WriteString(name, value);
        }
    }

    private static TypedData Time(DateTimeOffset? time) => new() { Json = $"\"{time ?? DateTimeOffset.MaxValue:O}\"" };
}
