using System.Buffers;
using System.Text;
using System.Text.Json;

namespace ChatBot.Functions.Identity;

/// <summary>A token's claims as the database is given them: everything in them can be read as jsonb.</summary>
internal static class DatabaseClaims
{
    /// <summary>Null where a claim holds U+0000, half of a surrogate pair, or a number beyond all bounds.</summary>
    public static string? TryWrite(JsonElement claims)
    {
        var written = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(written);
        try
        {
            json.WriteStartObject();
            // What users write themselves gives no authority.
            foreach (var claim in claims.EnumerateObject().Where(c => !c.NameEquals("user_metadata")))
            {
                Write(json, claim);
            }

            json.WriteEndObject();
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            return null;
        }

        json.Flush();
        return Encoding.UTF8.GetString(written.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, JsonProperty member)
    {
        json.WritePropertyName(Storable(member.Name));
        Write(json, member.Value);
    }

    private static void Write(Utf8JsonWriter json, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    Write(json, member);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                break;
            case JsonValueKind.String:
                json.WriteStringValue(Storable(value.GetString()!));
                break;
            case JsonValueKind.Number when value.TryGetInt64(out var whole):
                json.WriteNumberValue(whole);
                break;
            case JsonValueKind.Number:
                // Written anew, as the text of a number may say more than jsonb takes.
                json.WriteNumberValue(value.TryGetDouble(out var number) && double.IsFinite(number) ? number : throw new FormatException());
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    private static string Storable(string text) => text.Contains('\0', StringComparison.Ordinal) ? throw new FormatException() : text;
}
