using System.Security.Cryptography;
using System.Text;

namespace ChatBot.Functions.Http;

/// <summary>
/// Ids that clients bring. A UUID is taken as it is; any other text is mapped to one that depends on it and on whose it is,
/// so that repeats and later references find the same row.
/// </summary>
public static class ClientId
{
    public const int MaxLength = 200;

    public const string Rule =
        "must have 1 to 200 characters, none of them a slash, a backslash or a control character, and be neither . nor ..";

    // With what marks an idempotency key as one.
    private const int LongestText = MaxLength + 16;

    /// <summary>Whether the text can be a segment of a path, as each id is. The rest of Unicode is percent-encoded there.</summary>
    public static bool IsAddressable(string text) =>
        text is { Length: > 0 and <= MaxLength } and not ("." or "..") && !text.Any(c => c is '/' or '\\' || char.IsControl(c));

    /// <param name="scope">The user for a chat's id, the chat for a message's.</param>
    public static Guid ToUuid(string text, Guid scope)
    {
        if (Guid.TryParse(text, out var uuid))
        {
            return uuid;
        }

        Span<byte> input = stackalloc byte[16 + Encoding.UTF8.GetMaxByteCount(LongestText)];
        scope.TryWriteBytes(input, bigEndian: true, out _);
        var length = 16 + Encoding.UTF8.GetBytes(text.AsSpan(0, Math.Min(text.Length, LongestText)), input[16..]);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(input[..length], hash);

        // RFC 9562, version 8: bits of one's own making.
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
