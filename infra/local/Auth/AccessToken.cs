using System.Text.Json.Nodes;

namespace ChatBot.Local;

/// <summary>What an access token says. The defaults are those of a signed-in user of a Supabase project.</summary>
public sealed record AccessToken(Guid Subject)
{
    public string Role { get; init; } = "authenticated";

    public string? Audience { get; init; } = "authenticated";

    /// <summary>Null for the project's own.</summary>
    public string? Issuer { get; init; }

    public string Email { get; init; } = "";

    public JsonObject AppMetadata { get; init; } = new() { ["provider"] = "email", ["providers"] = new JsonArray("email") };

    public JsonObject UserMetadata { get; init; } = [];

    public DateTimeOffset? IssuedAt { get; init; }

    /// <summary>Negative for a token that has expired.</summary>
    public TimeSpan ExpiresIn { get; init; } = TimeSpan.FromHours(8);

    public bool IsAnonymous { get; init; }

    /// <summary>Members to set over the rest, for tests of malformed tokens; a null removes the member.</summary>
    public JsonObject Overrides { get; init; } = [];
}
