using System.Buffers.Text;
using System.Numerics;
using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace ChatBot.Functions.Identity;

/// <summary>The keys of a JSON Web Key Set that access tokens may be signed with, by their ids.</summary>
internal static class KeySet
{
    private const int MinRsaBits = 2048;

    /// <exception cref="ArgumentException">It is not a key set, or has no key that can be used.</exception>
    public static ILookup<string, JsonWebKey> Read(byte[] json)
    {
        // Two keys of one id are both good: a project may have them for a while when it rotates its keys.
        var keys = new JsonWebKeySet(Encoding.UTF8.GetString(json)).Keys.Where(IsUsable).ToLookup(key => key.Kid, StringComparer.Ordinal);
        return keys.Count > 0 ? keys : throw new ArgumentException("The key set has no key that can be used.", nameof(json));
    }

    /// <summary>The only algorithm that a key is taken for.</summary>
    public static string AlgorithmOf(JsonWebKey key) => key.Kty == "EC" ? SecurityAlgorithms.EcdsaSha256 : SecurityAlgorithms.RsaSha256;

    private static bool IsUsable(JsonWebKey key) =>
        key.Kid is { Length: > 0 }
        && key.Use is null or "" or "sig"
        && (key.KeyOps.Count == 0 || key.KeyOps.Contains("verify"))
        && (string.IsNullOrEmpty(key.Alg) || key.Alg == AlgorithmOf(key))
        && key.Kty switch
        {
            "EC" => key.Crv == "P-256" && BitsOf(key.X) is > 0 and <= 256 && BitsOf(key.Y) is > 0 and <= 256,
            "RSA" => BitsOf(key.N) >= MinRsaBits && BitsOf(key.E) is > 1 and <= 64,
            _ => false,
        };

    /// <summary>0 for what is not a number in Base64Url.</summary>
    private static long BitsOf(string? number) =>
        number is not null && Base64Url.IsValid(number) ? new BigInteger(Base64Url.DecodeFromChars(number), isUnsigned: true, isBigEndian: true).GetBitLength() : 0;
}
