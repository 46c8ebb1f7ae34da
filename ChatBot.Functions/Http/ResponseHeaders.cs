namespace ChatBot.Functions.Http;

/// <summary>What every answer carries.</summary>
public sealed class ResponseHeaders(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.OnStarting(static response => VaryByOrigin((HttpResponse)response), http.Response);
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
}
