using System.Buffers;
using System.Text;
using System.Text.Json;
using ChatBot.Functions.Settings;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ChatBot.Functions.Identity;

/// <summary>Verifies Supabase's access tokens. Authority comes from <c>role</c> and <c>app_metadata</c>, never from <c>user_metadata</c>.</summary>
public sealed class SupabaseTokens(SupabaseSettings settings, SigningKeys keys)
{
    // Supabase's tokens are about 1 KiB; an access token of more than this is not one.
    private const int MaxTokenLength = 16 * 1024;

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = MaxTokenLength };
    private readonly SymmetricSecurityKey? _secret = settings.JwtSecret is { } secret ? new SymmetricSecurityKey(secret) : null;

    /// <summary>The user whose token it is, or null for a token that is not to be trusted.</summary>
    /// <exception cref="HttpRequestException">The signing keys cannot be had, so that nothing is known of the token.</exception>
    public async ValueTask<CurrentUser?> Verify(string token, CancellationToken cancellation)
    {
        if (token.Length > MaxTokenLength || TryRead(token) is not { } jwt || await KeyFor(jwt, cancellation) is not var (key, algorithm))
        {
            return null;
        }

        var result = await _handler.ValidateTokenAsync(jwt, new TokenValidationParameters
        {
            IssuerSigningKey = key,
            // Pinned per key: a public key is never taken for a shared secret.
            ValidAlgorithms = [algorithm],
            ValidIssuer = settings.Issuer,
            ValidAudience = "authenticated",
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ClockSkew = TimeSpan.FromSeconds(30),
        });
        return result.IsValid ? ReadUser(jwt) : null;
    }

    private JsonWebToken? TryRead(string token)
    {
        try
        {
            return _handler.ReadJsonWebToken(token);
        }
        catch (Exception e) when (e is ArgumentException or SecurityTokenException)
        {
            return null;
        }
    }

    private async ValueTask<(SecurityKey Key, string Algorithm)?> KeyFor(JsonWebToken jwt, CancellationToken cancellation) => jwt.Alg switch
    {
        SecurityAlgorithms.HmacSha256 when _secret is not null => (_secret, SecurityAlgorithms.HmacSha256),
        SecurityAlgorithms.EcdsaSha256 or SecurityAlgorithms.RsaSha256 when jwt.Kid is { Length: > 0 } id =>
            await keys.Find(id, cancellation) is JsonWebKey key ? (key, key.Kty == "EC" ? SecurityAlgorithms.EcdsaSha256 : SecurityAlgorithms.RsaSha256) : null,
        _ => null,
    };

    private static CurrentUser? ReadUser(JsonWebToken jwt)
    {
        using var payload = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(jwt.EncodedPayload));
        var root = payload.RootElement;
        if (!root.TryGetProperty("sub", out var sub) || sub.ValueKind != JsonValueKind.String || !Guid.TryParseExact(sub.GetString(), "D", out var id))
        {
            return null;
        }

        var role = root.TryGetProperty("role", out var r) && r.ValueKind == JsonValueKind.String ? r.GetString()! : "";
        var chatBotRole = root.TryGetProperty("app_metadata", out var app) && app.ValueKind == JsonValueKind.Object
            && app.TryGetProperty("chatbot_role", out var c) && c.ValueKind == JsonValueKind.String ? c.GetString() : null;

        return role is "authenticated" or "service_role"
            ? new CurrentUser(id, role, role == "service_role" || chatBotRole == "billing", ClaimsForDatabase(root))
            : null;
    }

    /// <summary>Without what users write themselves: it gives no authority, and jsonb refuses some texts that JSON allows.</summary>
    private static string ClaimsForDatabase(JsonElement payload)
    {
        var claims = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(claims))
        {
            json.WriteStartObject();
            foreach (var claim in payload.EnumerateObject().Where(c => c.Name != "user_metadata"))
            {
                claim.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(claims.WrittenSpan);
    }
}
