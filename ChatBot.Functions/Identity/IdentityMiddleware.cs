using ChatBot.Functions.Problems;
using Microsoft.AspNetCore.Authorization;

namespace ChatBot.Functions.Identity;

/// <summary>Lets nobody without a good token past, but to endpoints that say so. Costs no database connection.</summary>
public sealed class IdentityMiddleware(RequestDelegate next, SupabaseTokens tokens)
{
    private static readonly ProblemResult s_unauthenticated = new(
        ProblemKind.Unauthenticated, "Send a valid Supabase access token: Authorization: Bearer ACCESS_TOKEN");

    private static readonly ProblemResult s_notBilling = new(
        ProblemKind.Forbidden, "This is for tokens whose role is service_role, or whose app_metadata.chatbot_role is billing.");

    private static readonly ProblemResult s_keysUnavailable = new(
        ProblemKind.Unavailable, "The token cannot be verified at the moment. Send the request again.", retryAfter: SigningKeys.RetryAfter);

    public async Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint() is not { } endpoint || endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            await next(http);
            return;
        }

        CurrentUser? user;
        try
        {
            const string scheme = "Bearer ";
            var header = http.Request.Headers.Authorization.ToString();
            user = header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
                ? await tokens.Verify(header[scheme.Length..].Trim(), http.RequestAborted)
                : null;
        }
        catch (HttpRequestException)
        {
            await s_keysUnavailable.ExecuteAsync(http);
            return;
        }

        if (user is null)
        {
            await s_unauthenticated.ExecuteAsync(http);
            return;
        }

        if (!user.HasBillingRole && endpoint.Metadata.GetMetadata<BillingRole>() is not null)
        {
            await s_notBilling.ExecuteAsync(http);
            return;
        }

        http.Features.Set(user);
        await next(http);
    }
}
