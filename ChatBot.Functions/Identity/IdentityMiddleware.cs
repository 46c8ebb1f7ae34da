using ChatBot.Functions.Database;
using ChatBot.Functions.Problems;
using Microsoft.AspNetCore.Authorization;

namespace ChatBot.Functions.Identity;

/// <summary>
/// Lets nobody without a good token past, but to endpoints that say so. Costs no database connection, but for users who see to the
/// billing: what they do there is not done on their own behalf, so that nothing else looks whether their account is still there.
/// </summary>
public sealed class IdentityMiddleware(RequestDelegate next, SupabaseTokens tokens, ProjectKeys projectKeys, ChatBotDatabase database)
{
    private static readonly ProblemResult s_unauthenticated = new(
        ProblemKind.Unauthenticated, "Send a valid Supabase access token: Authorization: Bearer ACCESS_TOKEN");

    private static readonly ProblemResult s_notBilling = new(
        ProblemKind.Forbidden, "This route requires a token whose role is service_role, or whose app_metadata.chatbot_role is billing.");

    private static readonly ProblemResult s_keysUnavailable = new(
        ProblemKind.Unavailable, "The token cannot be verified at the moment. Send the request again.", retryAfter: SigningKeys.RetryAfter);

    public async Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint() is not { } endpoint || endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            await next(http);
            return;
        }

        const string scheme = "Bearer ";
        var header = http.Request.Headers.Authorization.ToString();
        var token = header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? header[scheme.Length..].Trim() : "";
        var isBilling = endpoint.Metadata.GetMetadata<BillingRoleAttribute>() is not null;
        CurrentUser? user;
        try
        {
            user = token.Length > 0 ? await tokens.Verify(token, http.RequestAborted) : null;
        }
        catch (HttpRequestException)
        {
            await s_keysUnavailable.ExecuteAsync(http);
            return;
        }

        if (user is null)
        {
            // The service is let in without a user: what is below /billing asks for none.
            var verdict = await projectKeys.Judge(token, isBilling);
            await (verdict is { Problem: null } ? next(http) : (verdict?.Problem ?? s_unauthenticated).ExecuteAsync(http));
            return;
        }

        if (isBilling && !user.HasBillingRole)
        {
            await s_notBilling.ExecuteAsync(http);
            return;
        }

        if (isBilling && user.Role == Caller.UserRole)
        {
            await database.CheckAccount(user.Caller, http.RequestAborted);
        }

        http.Features.Set(user);
        await next(http);
    }
}
