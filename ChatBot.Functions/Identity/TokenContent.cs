using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace ChatBot.Functions.Identity;

/// <summary>
/// What a token says, whether it is true or not. It is read strictly, so that the token library, this program and the database
/// cannot take the same text for different things, and none of them fails on it.
/// </summary>
/// <param name="KeyId">Null where the header names no key.</param>
internal sealed record TokenContent(string Algorithm, string? KeyId, JsonElement Claims)
{
    // Supabase's tokens are about 1 KiB; an access token of more than this is not one.
    public const int MaxLength = 16 * 1024;

    private static readonly SearchValues<char> s_base64Url =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private static readonly JsonDocumentOptions s_strictly = new() { AllowDuplicateProperties = false };

    /// <summary>False for what is not a signed token, or asks for an extension: none is known here.</summary>
    public static bool TryRead(string token, [NotNullWhen(true)] out TokenContent? content)
    {
        content = null;
        if (token.Length > MaxLength || token.Split('.') is not [var head, var payload, { Length: > 0 }]
            || !TryParse(head, out var header) || !TryParse(payload, out var claims)
            || header.TryGetProperty("crit", out _) || header.TryGetProperty("b64", out _) || TextOf(header, "alg") is not { } algorithm)
        {
            return false;
        }

        content = new(algorithm, TextOf(header, "kid"), claims);
        return true;
    }

    private static bool TryParse(string segment, out JsonElement json)
    {
        json = default;
        if (segment.AsSpan().ContainsAnyExcept(s_base64Url) || !Base64Url.IsValid(segment))
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(segment), s_strictly);
            json = document.RootElement.Clone();
            return json.ValueKind == JsonValueKind.Object;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or a name that is no Unicode.
            return false;
        }
    }

    /// <summary>Null where there is no such member, or it is no text, or no Unicode.</summary>
    public static string? TextOf(JsonElement json, string name)
    {
        try
        {
            return json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
