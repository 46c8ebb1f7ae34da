using ChatBot.Functions.Identity;

namespace ChatBot.Functions.RateLimiting;

/// <summary>Limits what one user asks of this instance, so that nobody takes the others' share of it. The service is not limited.</summary>
public sealed class UserLimits(RequestDelegate next, RequestLimiters limiters, Settings.LimitSettings limits)
{
    public async Task InvokeAsync(HttpContext http)
    {
        if (http.Features.Get<CurrentUser>() is not { Role: not "service_role" } user)
        {
            await next(http);
            return;
        }

        using var place = limiters.Enter(user.Id);
        if (!place.IsAcquired)
        {
            await RateLimitProblem.AtOnce(limits.ConcurrentRequests).ExecuteAsync(http);
            return;
        }

        // Of itself a GET is a read, and all else a write.
        var kind = http.GetEndpoint()?.Metadata.GetMetadata<CountsAsAttribute>()?.Kind
            ?? (HttpMethods.IsGet(http.Request.Method) ? RequestKind.Read : RequestKind.Write);
        if (kind != RequestKind.Send)
        {
            using var permit = limiters.Acquire(user.Id, kind);
            if (!permit.IsAcquired)
            {
                await RateLimitProblem.Of(NameOf(kind), limiters.LimitOf(kind), permit).ExecuteAsync(http);
                return;
            }
        }

        await next(http);
    }

    private static string NameOf(RequestKind kind) => kind switch
    {
        RequestKind.Read => "reads of one user",
        RequestKind.KeyCheck => "checks of a key",
        _ => "changes of one user",
    };
}
