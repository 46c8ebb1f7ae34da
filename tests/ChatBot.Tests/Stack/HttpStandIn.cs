using System.Collections.Concurrent;
using System.Net;
using ChatBot.Local;

namespace ChatBot.Tests.Stack;

/// <summary>Somebody else's HTTP server, which keeps what it was sent and answers as a test says.</summary>
public sealed class HttpStandIn : IAsyncDisposable
{
    private readonly Func<ReceivedRequest, HttpContext, Task> _answer;
    private WebApplication? _app;
    private int _port;

    private HttpStandIn(Func<ReceivedRequest, HttpContext, Task> answer) => _answer = answer;

    public ConcurrentQueue<ReceivedRequest> Requests { get; } = new();

    public string Url => $"http://127.0.0.1:{_port}";

    /// <summary>Answers each request with a status.</summary>
    public static Task<HttpStandIn> Start(Func<ReceivedRequest, HttpStatusCode> status) => Start((request, http) =>
    {
        http.Response.StatusCode = (int)status(request);
        return Task.CompletedTask;
    });

    public static async Task<HttpStandIn> Start(Func<ReceivedRequest, HttpContext, Task> answer)
    {
        var server = new HttpStandIn(answer);
        await LoopbackPort.StartAsync(server.Listen, () => [server._port]);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }

    private async Task Listen()
    {
        _port = LoopbackPort.Find();
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, _port));
        _app = builder.Build();
        _app.Run(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            var headers = http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
            var request = new ReceivedRequest(http.Request.Method, http.Request.Path, http.Request.QueryString.Value ?? "", headers, body.ToArray());
            Requests.Enqueue(request);
            await _answer(request, http);
        });
        await _app.StartAsync();
    }
}

public sealed record ReceivedRequest(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, byte[] Body);
