using System.Text;

namespace ChatBot.Functions.Settings;

/// <summary>The Supabase project whose users sign in here.</summary>
/// <param name="Issuer">What a token's <c>iss</c> must be.</param>
/// <param name="Jwks">Where the project publishes its signing keys.</param>
/// <param name="JwtSecret">The legacy shared secret (HS256), where the project still uses it.</param>
/// <param name="ProjectRef">The project's reference, where its address is that of a hosted project; a custom domain does not tell it.</param>
public sealed record SupabaseSettings(string Issuer, Uri Jwks, byte[]? JwtSecret, string? ProjectRef = null)
{
    private const string HostedDomain = ".supabase.co";

    public static SupabaseSettings Read(SettingReader reader)
    {
        const string example = "https://<project>.supabase.co";
        reader.Required("Supabase:Url", example);
        var address = reader.Uri("Supabase:Url", example) ?? new Uri("https://project.supabase.co");
        var url = address.GetLeftPart(UriPartial.Path).TrimEnd('/');
        var secret = reader.Optional("Supabase:JwtSecret");
        if (secret is { Length: < 32 })
        {
            reader.Mistake("Supabase:JwtSecret", "is shorter than 32 characters, too short for HS256", "<the project's legacy JWT secret>");
        }

        return new SupabaseSettings(
            url + "/auth/v1",
            new Uri(url + "/auth/v1/.well-known/jwks.json"),
            secret is null ? null : Encoding.UTF8.GetBytes(secret),
            address.Host.EndsWith(HostedDomain, StringComparison.Ordinal) ? address.Host[..^HostedDomain.Length] : null);
    }
}
