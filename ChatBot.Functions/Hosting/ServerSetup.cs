using ChatBot.Functions.Http;
using ChatBot.Functions.Settings;
using ChatBot.Functions.Telemetry;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ChatBot.Functions.Hosting;

public static class ServerSetup
{
    public static void ConfigureServer(this IHostApplicationBuilder builder, ChatBotSettings settings)
    {
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestLineSize = 8 * 1024;
            kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
            kestrel.Limits.MaxRequestHeaderCount = 100;
            // RequestBodies limits them, path by path, and can still take in the rest of one that is too large.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            // What a client does not read is kept up to here; then its stream waits for it, for a while.
            kestrel.Limits.MaxResponseBufferSize = 64 * 1024;
            kestrel.Limits.MinResponseDataRate = new(settings.Limits.ResponseBytesPerSecond, gracePeriod: TimeSpan.FromSeconds(10));
        });

        builder.Services.ConfigureConsoleLog(settings.Log);
        // The host's own lines per request say nothing that its metrics do not.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Azure", LogLevel.Error);
        builder.Logging.AddFilter("Microsoft.DurableTask", LogLevel.Warning);
        builder.Logging.AddFilter("Grpc", LogLevel.Warning);
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
            // Each call has its own timeout.
            Timeout = Timeout.InfiniteTimeSpan,
        });
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. settings.AllowedOrigins])
            .WithMethods("GET", "POST", "PUT", "PATCH", "DELETE")
            // Browsers and libraries add headers of their own. No header gives a right by itself but Authorization, which a page sets itself.
            .AllowAnyHeader()
            .WithExposedHeaders(ResponseHeaders.Exposed)
            .SetPreflightMaxAge(TimeSpan.FromHours(1))));
    }
}
