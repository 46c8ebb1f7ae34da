using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace ChatBot.Local;

/// <summary>The front: knows the routes of HTTP functions, forwards their requests to the worker's server and at the same time invokes them.</summary>
internal sealed class HttpTriggers : IAsyncDisposable
{
    private const string InvocationHeader = "x-ms-invocation-id";
    private const long MaxBodySize = 100 * 1024 * 1024;

    private readonly ForwarderRequestConfig _config = new() { ActivityTimeout = TimeSpan.FromSeconds(240) };
    private readonly HttpMessageInvoker _toWorker = new(new RetryHandler(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ActivityHeadersPropagator = null }));
    private readonly Workers _workers;
    private readonly Invoker _invoker;
    private readonly WebApplication _app;
    private readonly IHttpForwarder _forwarder;

    public HttpTriggers(FunctionsHostOptions options, FunctionsPackage package, IEnumerable<Trigger> triggers, Workers workers, Invoker invoker)
    {
        (_workers, _invoker) = (workers, invoker);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodySize;
            kestrel.Listen(IPAddress.Loopback, options.Port);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainTimeout);
        builder.Services.AddRouting();
        builder.Services.AddHttpForwarder();
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy.WithOrigins([.. options.AllowedOrigins]).AllowAnyMethod().AllowAnyHeader()));
        _app = builder.Build();
        _forwarder = _app.Services.GetRequiredService<IHttpForwarder>();
        _app.UseCors();
        _app.UseRouter(routes =>
        {
            // The first that matches is taken, whatever comes behind it.
            foreach (var trigger in triggers.OrderBy(t => t.Function, StringComparer.Ordinal))
            {
                Map(routes, package.RoutePrefix, trigger);
            }
        });
    }

    public string Url => _app.Urls.Single();

    public Task StartAsync(CancellationToken cancellationToken) => _app.StartAsync(cancellationToken);

    /// <summary>Refuses new connections, and waits for the requests that are in flight.</summary>
    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _toWorker.Dispose();
    }

    private void Map(IRouteBuilder routes, string prefix, Trigger trigger)
    {
        var route = trigger.Binding.TryGetProperty("route", out var given) ? given.GetString() : trigger.Function;
        foreach (var method in trigger.Binding.GetProperty("methods").EnumerateArray().Select(m => m.GetString()!.ToUpperInvariant()))
        {
            routes.MapVerb(method, $"{prefix}/{route}", http => ServeAsync(http, trigger));
        }
    }

    private async Task ServeAsync(HttpContext http, Trigger trigger)
    {
        try
        {
            if (http.Request.ContentLength > MaxBodySize)
            {
                throw new InvocationFailedException("The body is too large.");
            }

            await ForwardAsync(http, trigger, await _workers.ReadyAsync());
        }
        catch (InvocationFailedException) when (!http.Response.HasStarted)
        {
            http.Response.Clear();
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
        catch (InvocationFailedException)
        {
            http.Abort();
        }
    }

    private async Task ForwardAsync(HttpContext http, Trigger trigger, Worker worker)
    {
        var request = _invoker.RequestOf(trigger, new() { Http = new() });
        if (http.Request.Headers.TraceParent is [{ } parent])
        {
            request.TraceContext.TraceParent = parent;
        }

        http.Request.Headers[InvocationHeader] = request.InvocationId;
        var forwarding = _forwarder.SendAsync(http, worker.HttpUri.ToString(), _toWorker, _config, ForwardedRequest.Instance).AsTask();
        try
        {
            await _invoker.InvokeAsync(worker, trigger, request);
        }
        finally
        {
            await forwarding;
        }

        if (await forwarding != ForwarderError.None && !http.RequestAborted.IsCancellationRequested)
        {
            throw new InvocationFailedException($"The request could not be forwarded: {await forwarding}.");
        }
    }

    /// <summary>Tells the worker who asks, and how.</summary>
    private sealed class ForwardedRequest : HttpTransformer
    {
        public static ForwardedRequest Instance { get; } = new();

        public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            var request = httpContext.Request;
            // Behind what the platform's front end says of the client.
            var clients = string.Join(", ", request.Headers["X-Forwarded-For"].Append(httpContext.Connection.RemoteIpAddress!.ToString()));
            Set("X-Forwarded-For", clients);
            Set("X-Forwarded-Host", request.Host.Value!);
            Set("X-Forwarded-Proto", request.Scheme);

            void Set(string name, string value)
            {
                proxyRequest.Headers.Remove(name);
                proxyRequest.Headers.TryAddWithoutValidation(name, value);
            }
        }
    }

    /// <summary>Sends a request again that did not reach the worker, or whose connection broke: with the same invocation id.</summary>
    private sealed class RetryHandler(HttpMessageHandler next) : DelegatingHandler(next)
    {
        private const int Attempts = 10;

        private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    return await base.SendAsync(request, cancellationToken);
                }
                catch (HttpRequestException) when (attempt < Attempts)
                {
                    await Task.Delay(s_pause, cancellationToken);
                }
            }
        }
    }
}
