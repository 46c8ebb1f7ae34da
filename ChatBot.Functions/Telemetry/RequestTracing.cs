using System.Diagnostics;
using System.Globalization;

namespace ChatBot.Functions.Telemetry;

/// <summary>
/// A span for each request of the API, named by its route. The path stays out of it, as clients choose ids of any text, and so do
/// the query and all headers.
/// </summary>
public sealed class RequestTracing(RequestDelegate next, TelemetryExport export)
{
    private static readonly string[] s_methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

    public async Task InvokeAsync(HttpContext http)
    {
        // Probes are asked for all the time, and what is not of the API is no use of it.
        var path = http.Request.Path;
        if (!path.StartsWithSegments("/api") || path.StartsWithSegments("/api/health"))
        {
            // Nor may anything within it be sampled because the client says so.
            Activity.Current?.ActivityTraceFlags = ActivityTraceFlags.None;
            await next(http);
            return;
        }

        await export.Ready;
        var method = Array.IndexOf(s_methods, http.Request.Method) < 0 ? "_OTHER" : http.Request.Method;
        using var span = Traces.BeginRequest(method, http.Request.Headers.TraceParent);
        try
        {
            await next(http);
        }
        catch (Exception e)
        {
            span.Fail(e.GetType().Name);
            throw;
        }
        finally
        {
            if (span is { IsAllDataRequested: true })
            {
                var status = http.Response.StatusCode;
                span.SetTag("http.response.status_code", status);
                if ((http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is { } route)
                {
                    span.DisplayName = $"{method} {route}";
                    span.SetTag("http.route", route);
                }

                if (status >= StatusCodes.Status500InternalServerError && span.GetTagItem("error.type") is null)
                {
                    span.Fail(status.ToString(CultureInfo.InvariantCulture));
                }
            }
        }
    }
}
