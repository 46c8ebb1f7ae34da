namespace ChatBot.Functions.Http;

/// <summary>What every answer carries.</summary>
public sealed class ResponseHeaders(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return next(http);
    }
}
