using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ChatBot.Local;

/// <summary>
/// Mints access tokens as Supabase does. Written by hand, so that tests hold the program's token library against
/// something other than itself.
/// </summary>
public sealed class TokenMint(string url, SigningKey key, string legacySecret, TimeProvider? time = null)
{
    public string Issuer { get; } = $"{url}/auth/v1";

    public string LegacySecret => legacySecret;

    /// <summary>Signed with the project's ES256 key.</summary>
    public string Mint(AccessToken token) => Mint(token, key);

    /// <summary>Signed with another ES256 key.</summary>
    public string Mint(AccessToken token, SigningKey other) =>
        Seal(new() { ["alg"] = "ES256", ["kid"] = other.Id, ["typ"] = "JWT" }, Claims(token), data => other.Sign(data));

    /// <summary>Signed with a secret by HS256, as older projects do; the project's own where none is given.</summary>
    public string MintLegacy(AccessToken token, string? secret = null) =>
        Seal(new() { ["alg"] = "HS256", ["typ"] = "JWT" }, Claims(token), data => HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret ?? legacySecret), data));

    /// <summary>Any header and any signature over the token's claims, for tests of forged tokens.</summary>
    public string Forge(JsonObject header, AccessToken token, Func<byte[], byte[]> sign) => Seal(header, Claims(token), sign);

    private static string Seal(JsonObject header, JsonObject claims, Func<byte[], byte[]> sign)
    {
        var content = $"{Encode(header)}.{Encode(claims)}";
        return $"{content}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(content)))}";
    }

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString()));

    private JsonObject Claims(AccessToken token)
    {
        var issuedAt = token.IssuedAt ?? (time ?? TimeProvider.System).GetUtcNow();
        JsonObject claims = new()
        {
            ["iss"] = token.Issuer ?? Issuer,
            ["sub"] = token.Subject.ToString(),
            ["aud"] = token.Audience,
            ["exp"] = (issuedAt + token.ExpiresIn).ToUnixTimeSeconds(),
            ["iat"] = issuedAt.ToUnixTimeSeconds(),
            ["email"] = token.Email,
            ["phone"] = "",
            ["app_metadata"] = token.AppMetadata.DeepClone(),
            ["user_metadata"] = token.UserMetadata.DeepClone(),
            ["role"] = token.Role,
            ["aal"] = "aal1",
            ["amr"] = new JsonArray(new JsonObject { ["method"] = "password", ["timestamp"] = issuedAt.ToUnixTimeSeconds() }),
            ["session_id"] = Guid.NewGuid().ToString(),
            ["is_anonymous"] = token.IsAnonymous,
        };
        foreach (var (name, value) in token.Overrides)
        {
            claims[name] = value?.DeepClone();
        }

        foreach (var name in claims.Where(claim => claim.Value is null).Select(claim => claim.Key).ToArray())
        {
            claims.Remove(name);
        }

        return claims;
    }
}
