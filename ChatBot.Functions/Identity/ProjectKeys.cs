using ChatBot.Functions.Problems;
using ChatBot.Functions.Settings;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ChatBot.Functions.Identity;

/// <summary>
/// The API keys of the project, which name no user. The legacy service_role key is let in to the paths of billing; whoever sends
/// another one is told what it is. They are not access tokens: the checks of those know nothing of them.
/// </summary>
public sealed class ProjectKeys(SupabaseSettings settings)
{
    // Supabase's are about 200 bytes.
    private const int MaxKeyLength = 2 * 1024;

    private const string Remedy = "Sign in, and send the access token of the session";

    private static readonly ProblemResult s_otherProject = Refused(
        "The key is another project's: its ref is not that of Supabase__Url.");

    private static readonly ProblemResult s_anon = Refused(
        $"This is the project's anon key, which names no user. {Remedy}.");

    private static readonly ProblemResult s_serviceOutsideBilling = Refused(
        $"This is the project's service_role key, which names no user: it is for paths below /api/billing. {Remedy}.");

    private static readonly ProblemResult s_opaque = Refused(
        $"This is an API key of a project (sb_…), no access token. {Remedy}; for paths below /api/billing one whose app_metadata.chatbot_role is billing, "
        + "or the project's legacy service_role key.");

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = MaxKeyLength };
    private readonly TokenValidationParameters? _checks = settings.JwtSecret is { } secret ? Checks(secret) : null;

    /// <summary>What a key that is no access token is worth at a path; null where it is none of a project's, either.</summary>
    public async ValueTask<KeyVerdict?> Judge(string key, bool isBilling)
    {
        if (key.StartsWith("sb_publishable_", StringComparison.Ordinal) || key.StartsWith("sb_secret_", StringComparison.Ordinal))
        {
            return new KeyVerdict(s_opaque);
        }

        if (await RoleOf(key) is not var (role, projectRef))
        {
            return null;
        }

        // The secret proves the project already, unless it was given to two.
        if (settings.ProjectRef is { } own && own != projectRef)
        {
            return new KeyVerdict(s_otherProject);
        }

        return (role, isBilling) switch
        {
            ("service_role", true) => new KeyVerdict(null),
            ("service_role", false) => new KeyVerdict(s_serviceOutsideBilling),
            ("anon", _) => new KeyVerdict(s_anon),
            _ => null,
        };
    }

    private async ValueTask<(string Role, string? Ref)?> RoleOf(string key)
    {
        if (_checks is null || key.Length > MaxKeyLength || !TokenContent.TryRead(key, out var content)
            || content.Claims.TryGetProperty("sub", out _) || content.Claims.TryGetProperty("aud", out _)
            || TokenContent.TextOf(content.Claims, "role") is not { } role)
        {
            return null;
        }

        return (await _handler.ValidateTokenAsync(key, _checks)).IsValid ? (role, TokenContent.TextOf(content.Claims, "ref")) : null;
    }

    private static TokenValidationParameters Checks(byte[] secret) => new()
    {
        IssuerSigningKey = new SymmetricSecurityKey(secret),
        ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
        // A hosted or self-hosted project, and the stack of the Supabase CLI.
        ValidIssuers = ["supabase", "supabase-demo"],
        ValidateAudience = false,
        RequireExpirationTime = true,
        RequireSignedTokens = true,
        ClockSkew = TimeSpan.FromSeconds(30),
    };

    private static ProblemResult Refused(string detail) => new(ProblemKind.Unauthenticated, detail);
}

/// <param name="Problem">Why the key is refused, or null where it is let in as the service.</param>
public readonly record struct KeyVerdict(ProblemResult? Problem);
