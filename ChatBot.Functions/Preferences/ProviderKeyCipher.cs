using System.Security.Cryptography;
using System.Text;
using ChatBot.Functions.Settings;
using Npgsql;

namespace ChatBot.Functions.Preferences;

/// <summary>
/// Encrypts users' own provider keys: AES-256-GCM, a random nonce for each, the data key's version beside it. User, row and
/// purpose are authenticated along, so that a ciphertext moved to another row cannot be opened.
/// </summary>
public sealed class ProviderKeyCipher(EncryptionSettings settings)
{
    private const int NonceLength = 12;
    private const int TagLength = 16;

    /// <summary>The version of the data key that keys are sealed under now.</summary>
    public int CurrentVersion => settings.CurrentVersion;

    public EncryptedKey Seal(Guid userId, Guid rowId, string key)
    {
        var nonce = RandomNumberGenerator.GetBytes(NonceLength);
        var plain = Encoding.UTF8.GetBytes(key);
        var cipher = new byte[plain.Length + TagLength];
        using var aes = new AesGcm(settings.Keys[settings.CurrentVersion], TagLength);
        aes.Encrypt(nonce, plain, cipher.AsSpan(0, plain.Length), cipher.AsSpan(plain.Length), AssociatedData(userId, rowId));
        return new EncryptedKey(rowId, cipher, nonce, settings.CurrentVersion);
    }

    /// <summary>The key, or null where it cannot be decrypted: its data key is gone, or it was tampered with.</summary>
    public string? Open(Guid userId, EncryptedKey sealedKey)
    {
        if (!settings.Keys.TryGetValue(sealedKey.Version, out var dataKey)
            || sealedKey.Ciphertext.Length < TagLength || sealedKey.Nonce.Length != NonceLength)
        {
            return null;
        }

        var plain = new byte[sealedKey.Ciphertext.Length - TagLength];
        using var aes = new AesGcm(dataKey, TagLength);
        try
        {
            aes.Decrypt(
                sealedKey.Nonce,
                sealedKey.Ciphertext.AsSpan(0, plain.Length),
                sealedKey.Ciphertext.AsSpan(plain.Length),
                plain,
                AssociatedData(userId, sealedKey.Id));
            return Encoding.UTF8.GetString(plain);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static byte[] AssociatedData(Guid userId, Guid rowId) => Encoding.UTF8.GetBytes($"provider-key:openai:{userId}:{rowId}");
}

/// <summary>A provider key as it is stored.</summary>
public sealed record EncryptedKey(Guid Id, byte[] Ciphertext, byte[] Nonce, int Version)
{
    /// <summary>From four columns in a row.</summary>
    public static EncryptedKey Read(NpgsqlDataReader row, int first) =>
        new(row.GetGuid(first), row.GetFieldValue<byte[]>(first + 1), row.GetFieldValue<byte[]>(first + 2), row.GetInt32(first + 3));
}
