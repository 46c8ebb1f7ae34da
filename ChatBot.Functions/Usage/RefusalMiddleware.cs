using ChatBot.Functions.Identity;
using ChatBot.Functions.Problems;

namespace ChatBot.Functions.Usage;

/// <summary>Has counted what any limit refused to a user, whoever applied it, once that was answered.</summary>
public sealed class RefusalMiddleware(RequestDelegate next, RefusalRecorder refusals)
{
    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
        }
        finally
        {
            if (http.Features.Get<CurrentUser>() is { } user && http.Features.Get<ProblemResult>() is { } problem)
            {
                refusals.Record(user.Id, problem);
            }
        }
    }
}
