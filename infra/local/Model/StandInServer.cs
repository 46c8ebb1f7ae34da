using System.Net;

namespace ChatBot.Local;

/// <summary>The loopback web server of the model stand-in and the key set.</summary>
public sealed class StandInServer : IAsyncDisposable
{
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromMilliseconds(200);

    private WebApplication? _app;

    private StandInServer(ModelStandIn model, SupabaseAuth auth)
    {
        Model = model;
        Auth = auth;
    }

    public ModelStandIn Model { get; }

    public SupabaseAuth Auth { get; }

    public int Port { get; private set; }

    public string Url => UrlAt(Port);

    /// <summary>Of the server that has or will have the port.</summary>
    public static string UrlAt(int port) => $"http://127.0.0.1:{port}";

    public static async Task<StandInServer> StartAsync(SupabaseAuth auth, int? preferredPort = null, CancellationToken cancellationToken = default)
    {
        O200k.Warm();
        var server = new StandInServer(new ModelStandIn(), auth);
        await LoopbackPort.StartAsync(
            () =>
            {
                server.Port = LoopbackPort.Find(preferredPort);
                return server.RestartAsync(cancellationToken);
            },
            () => [server.Port]);
        return server;
    }

    /// <summary>Breaks every connection and refuses new ones; the journal stays.</summary>
    public async Task StopAsync()
    {
        if (_app is null)
        {
            return;
        }

        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _app = null;
    }

    /// <summary>Starts again on the same port.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        await StopAsync();
        _app = Build();
        await _app.StartAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private WebApplication Build()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = s_stopTimeout);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, Port);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        // A flush ends when the socket has the bytes: what the journal says was sent was sent.
        builder.WebHost.UseSockets(sockets => sockets.MaxWriteBufferSize = 2);

        var built = builder.Build();
        Model.Map(built);
        Auth.Map(built);
        return built;
    }

    /// <summary>In place of the console's, which would take Ctrl-C from the process that we are a part of.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
