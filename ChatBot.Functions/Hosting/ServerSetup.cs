using ChatBot.Functions.Settings;
using Microsoft.AspNetCore.Authorization;

namespace ChatBot.Functions.Hosting;

public static class ServerSetup
{
    public static void ConfigureServer(this WebApplicationBuilder builder, ChatBotSettings settings)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestLineSize = 8 * 1024;
            kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
            kestrel.Limits.MaxRequestHeaderCount = 100;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            // What a client does not read is kept up to here; then its stream waits for it, for a while.
            kestrel.Limits.MaxResponseBufferSize = 64 * 1024;
            if (settings.CustomHandlerPort is { } port)
            {
                kestrel.ListenLocalhost(port);
            }
        });

        // The host's own lines per request say nothing that its metrics do not.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Azure", LogLevel.Error);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = settings.Streams.Grace + TimeSpan.FromSeconds(10));
        builder.Services.AddSingleton(new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            // Calls on behalf of all users share it: nothing of one may stick to another.
            UseCookies = false,
            AllowAutoRedirect = false,
            // Neither our trace nor what a client calls its baggage is any business of those who are called.
            ActivityHeadersPropagator = null,
        })
        {
            // Each call has its own patience.
            Timeout = Timeout.InfiniteTimeSpan,
        });
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. settings.AllowedOrigins])
            .WithMethods("GET", "POST", "PUT", "PATCH", "DELETE")
            .WithHeaders("authorization", "content-type", "accept", "idempotency-key", "if-match", "if-none-match", "last-event-id")
            .WithExposedHeaders("etag", "location", "ratelimit", "ratelimit-policy", "retry-after", "x-message-id", "x-vercel-ai-ui-message-stream")
            .SetPreflightMaxAge(TimeSpan.FromHours(1))));
    }

    /// <summary>The Functions host asks this path every few milliseconds until it answers: no work, no effects.</summary>
    public static void MapRoot(this IEndpointRouteBuilder app) =>
        app.MapGet("/", () => TypedResults.NoContent()).WithMetadata(new AllowAnonymousAttribute()).DisableHttpMetrics();
}
