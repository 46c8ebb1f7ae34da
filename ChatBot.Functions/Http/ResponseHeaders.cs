using ChatBot.Functions.Settings;

namespace ChatBot.Functions.Http;

/// <summary>What every answer carries.</summary>
public sealed class ResponseHeaders(RequestDelegate next, ChatBotSettings settings, IHostApplicationLifetime lifetime)
{
    /// <summary>What scripts of other origins may read.</summary>
    public static string[] Exposed { get; } =
        ["etag", "location", "ratelimit", "ratelimit-policy", "retry-after", "x-message-id", "x-vercel-ai-ui-message-stream"];

    private static readonly string s_exposed = string.Join(',', Exposed);

    public Task InvokeAsync(HttpContext http)
    {
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.OnStarting(static response => VaryByOrigin((HttpResponse)response), http.Response);
        if (settings.IsHosted)
        {
            http.Response.OnStarting(static response => Expose((HttpResponse)response), http.Response);
        }

        if (lifetime.ApplicationStopping.IsCancellationRequested && http.Request.Protocol == HttpProtocol.Http11)
        {
            // The client's next request should go to an instance that stays.
            http.Response.Headers.Connection = "close";
        }

        return next(http);
    }

    /// <summary>Also where no origin was sent, or one that is not allowed: a cache would give that answer to all.</summary>
    private static Task VaryByOrigin(HttpResponse response)
    {
        if (!response.Headers.Vary.Contains("Origin"))
        {
            response.Headers.Append("Vary", "Origin");
        }

        return Task.CompletedTask;
    }

    /// <summary>The platform says which origins are allowed, and nothing of what they may read. To others this gives nothing.</summary>
    private static Task Expose(HttpResponse response)
    {
        var headers = response.Headers;
        if (response.HttpContext.Request.Headers.Origin.Count > 0 && headers.AccessControlExposeHeaders.Count == 0)
        {
            headers.AccessControlExposeHeaders = s_exposed;
        }

        return Task.CompletedTask;
    }
}
