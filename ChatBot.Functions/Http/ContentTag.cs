using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ChatBot.Functions.Http;

/// <summary>An ETag of what has no single time of its last change: it says what the answer says.</summary>
public static class ContentTag
{
    private const int Bytes = 16;

    public static string Of<T>(T value, JsonTypeInfo<T> type) =>
        $"\"{Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(value, type)).AsSpan(0, Bytes))}\"";
}
