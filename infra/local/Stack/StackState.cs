using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChatBot.Local;

/// <summary>What must be the same after a restart: keys, passwords and, as tokens name their issuer, ports.</summary>
internal sealed record StackState
{
    private const int KeyBytes = 32;

    public required string Password { get; init; }

    public required string JwtSecret { get; init; }

    public required string SigningKeyId { get; init; }

    public required string SigningKey { get; init; }

    public required string EncryptionKey { get; init; }

    public int? PostgresPort { get; init; }

    public int? BlobPort { get; init; }

    public int? QueuePort { get; init; }

    public int? TablePort { get; init; }

    public int? DurableTaskPort { get; init; }

    public int? StandInPort { get; init; }

    public static StackState Create()
    {
        using var key = ChatBot.Local.SigningKey.Create();
        return new()
        {
            Password = RandomNumberGenerator.GetHexString(KeyBytes, lowercase: true),
            JwtSecret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)),
            SigningKeyId = key.Id,
            SigningKey = key.ExportPrivateKey(),
            EncryptionKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)),
        };
    }

    public static StackState? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), StackStateJson.Default.StackState);
        }
        catch (JsonException failure)
        {
            throw new LocalStackException($"{path} cannot be read ({failure.Message}): start with --fresh.", failure);
        }
    }

    public void Write(string path)
    {
        OwnFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, StackStateJson.Default.StackState));
    }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StackState))]
internal sealed partial class StackStateJson : JsonSerializerContext;
