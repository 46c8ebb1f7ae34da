using ChatBot.Functions.Database;

namespace ChatBot.Functions.Identity;

/// <summary>Who sent the request, as their verified Supabase token says.</summary>
/// <param name="Claims">The token's payload, as PostgREST hands it to the database, but for the user's own metadata.</param>
public sealed record CurrentUser(Guid Id, string Role, bool HasBillingRole, string Claims)
{
    /// <summary>Row level security lets them see what is theirs.</summary>
    public Caller Caller { get; } = new(Caller.UserRole, Claims);
}
