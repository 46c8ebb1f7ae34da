using System.Text.Json;
using ChatBot.Functions.Http;
using ChatBot.Functions.Telemetry;
using Microsoft.AspNetCore.Authorization;

namespace ChatBot.Functions.Hosting;

/// <summary>
/// The routes at which the Functions host calls queue and timer functions. They exist only under the host, and refuse what it
/// proxied from outside: such calls carry headers that the host sets, its own calls do not.
/// </summary>
public static partial class TriggerEndpoints
{
    private const long MaxEnvelopeLength = 1024 * 1024;

    public static void MapTriggers(this IEndpointRouteBuilder app)
    {
        foreach (var function in TriggerTable.Queues)
        {
            app.MapPost("/" + function.Name, (HttpContext http) => RunQueue(http, function))
                .WithMetadata(new AllowAnonymousAttribute()).DisableHttpMetrics();
        }

        foreach (var function in TriggerTable.Timers)
        {
            app.MapPost("/" + function.Name, (HttpContext http) => RunTimer(http, function))
                .WithMetadata(new AllowAnonymousAttribute()).DisableHttpMetrics();
        }
    }

    private static async Task RunQueue(HttpContext http, QueueFunction function)
    {
        if (IsFromOutside(http))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        http.LimitBody(MaxEnvelopeLength);
        await Run(http, function.Name, async cancellation =>
        {
            using var envelope = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: cancellation);
            await Delivery.Run(function, http.RequestServices, TriggerEnvelope.ReadQueue(envelope.RootElement, function.Queue), cancellation);
        });
    }

    private static async Task RunTimer(HttpContext http, TimerFunction function)
    {
        if (IsFromOutside(http))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        await Run(http, function.Name, cancellation => function.Run(http.RequestServices, cancellation));
    }

    private static async Task Run(HttpContext http, string name, Func<CancellationToken, Task> run)
    {
        try
        {
            await run(http.RequestAborted);
        }
        catch (Exception e)
        {
            // The host counts any status but 2xx as a failure, and delivers again.
            Log.Failed(http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(name), name, e);
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }

        // An empty answer would leave the call hanging until the host kills the handler.
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync("{}", http.RequestAborted);
    }

    private static bool IsFromOutside(HttpContext http) =>
        http.Request.Headers.ContainsKey("x-ms-invocation-id") || http.Request.Headers.ContainsKey("X-Forwarded-Host")
        || http.Request.Headers.ContainsKey("X-Forwarded-For") || http.Request.Headers.ContainsKey("X-Forwarded-Proto");

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Function {Name} failed")]
        public static partial void Failed(ILogger log, string name, Exception exception);
    }
}
