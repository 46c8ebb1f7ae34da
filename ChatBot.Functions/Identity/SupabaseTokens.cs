using System.Text.Json;
using ChatBot.Functions.Settings;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ChatBot.Functions.Identity;

/// <summary>Verifies Supabase's access tokens. Authority comes from <c>role</c> and <c>app_metadata</c>, never from <c>user_metadata</c>.</summary>
public sealed class SupabaseTokens(SupabaseSettings settings, SigningKeys keys)
{
    private const int UuidLength = 36;

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = TokenContent.MaxLength };
    private readonly SymmetricSecurityKey? _secret = settings.JwtSecret is { } secret ? new SymmetricSecurityKey(secret) : null;

    /// <summary>The user whose token it is, or null for a token that is not to be trusted.</summary>
    /// <exception cref="HttpRequestException">The signing keys cannot be had, so that nothing is known of the token.</exception>
    public async ValueTask<CurrentUser?> Verify(string token, CancellationToken cancellationToken)
    {
        if (!TokenContent.TryRead(token, out var content))
        {
            return null;
        }

        foreach (var key in await KeysFor(content, cancellationToken))
        {
            if (await IsValid(token, key, content.Algorithm))
            {
                return ReadUser(content.Claims);
            }
        }

        return null;
    }

    private async ValueTask<IEnumerable<SecurityKey>> KeysFor(TokenContent content, CancellationToken cancellationToken) => content.Algorithm switch
    {
        SecurityAlgorithms.HmacSha256 when _secret is not null => [_secret],
        // A public key is never taken for a shared secret, nor for one of another kind.
        SecurityAlgorithms.EcdsaSha256 or SecurityAlgorithms.RsaSha256 when content.KeyId is { Length: > 0 } keyId =>
            (await keys.Find(keyId, cancellationToken)).Where(key => KeySet.AlgorithmOf(key) == content.Algorithm),
        _ => [],
    };

    private async Task<bool> IsValid(string token, SecurityKey key, string algorithm)
    {
        var result = await _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            IssuerSigningKey = key,
            ValidAlgorithms = [algorithm],
            ValidIssuer = settings.Issuer,
            ValidAudience = "authenticated",
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ClockSkew = TimeSpan.FromSeconds(30),
        });
        return result.IsValid;
    }

    private static CurrentUser? ReadUser(JsonElement claims)
    {
        // As it stands there: the parser alone would take one with a space behind it, which the database does not.
        if (DatabaseClaims.TryWrite(claims) is not { } text || TokenContent.TextOf(claims, "sub") is not { Length: UuidLength } sub || !Guid.TryParseExact(sub, "D", out var id))
        {
            return null;
        }

        var role = TokenContent.TextOf(claims, "role");
        var isBilling = claims.TryGetProperty("app_metadata", out var app) && app.ValueKind == JsonValueKind.Object && TokenContent.TextOf(app, "chatbot_role") == "billing";
        return role is "authenticated" or "service_role" ? new CurrentUser(id, role, role == "service_role" || isBilling, text) : null;
    }
}
