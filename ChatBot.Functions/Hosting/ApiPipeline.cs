using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Problems;
using ChatBot.Functions.RateLimiting;
using ChatBot.Functions.Settings;
using ChatBot.Functions.Telemetry;
using ChatBot.Functions.Usage;

namespace ChatBot.Functions.Hosting;

internal static class ApiPipeline
{
    /// <summary>What every request goes through once it is known which function it is for.</summary>
    public static void UseApi(this IApplicationBuilder app, ChatBotSettings settings)
    {
        if (settings.Telemetry is not null)
        {
            app.UseMiddleware<RequestTracing>();
        }

        app.UseMiddleware<ResponseHeaders>();
        app.UseMiddleware<RequestBodies>();
        app.UseMiddleware<RefusalMiddleware>();
        app.UseMiddleware<ProblemMiddleware>();
        if (!settings.IsHosted)
        {
            app.UseCors();
        }

        app.UseAddressLimits(settings.Limits);
        app.UseMiddleware<IdentityMiddleware>();
        app.UseMiddleware<UserLimits>();
        app.Run(http =>
        {
            if (http.GetEndpoint()?.RequestDelegate is { } function)
            {
                return function(http);
            }

            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
    }
}
