using System.Text.Json.Serialization.Metadata;

namespace ChatBot.Functions.Http;

/// <summary>A JSON answer with personal data, so not to be stored by caches that others share.</summary>
public sealed class JsonResult<T>(T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK, string? etag = null) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        if (etag is null)
        {
            response.Headers.CacheControl = "no-store";
        }
        else
        {
            // To be asked about each time, and then answered with 304.
            response.Headers.CacheControl = "private, no-cache";
            response.Headers.ETag = etag;
            if (httpContext.Request.Method == HttpMethods.Get && httpContext.Request.GetTypedHeaders().IfNoneMatch.Any(had => had.Tag == etag || had.Tag == "*"))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }
        }

        return response.WriteAsJsonAsync(value, type, cancellationToken: httpContext.RequestAborted);
    }
}

public static class JsonResult
{
    public static JsonResult<T> Of<T>(T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK, string? etag = null) =>
        new(value, type, status, etag);
}
