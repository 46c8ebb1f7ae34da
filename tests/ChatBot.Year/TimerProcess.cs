using System.Text;
using ChatBot.Local;

namespace ChatBot.Year;

/// <summary>A process of the program as the Functions host runs it: its timer fires when it is told to.</summary>
public sealed class TimerProcess(LocalStack stack) : IAsyncDisposable
{
    private const string Envelope = """{"Data":{"timer":{"IsPastDue":false}},"Metadata":{"sys":{"MethodName":"EnforceUsageCaps"}}}""";

    private readonly HttpClient _http = new();
    private AppProcess? _app;

    public async Task StartAsync(IReadOnlyDictionary<string, string> settings)
    {
        var port = LoopbackPort.Find();
        _app = await stack.StartAppAsync("app-timer", port, new Dictionary<string, string>(settings) { ["FUNCTIONS_CUSTOMHANDLER_PORT"] = $"{port}" });
        await _app.WaitUntilReadyAsync();
    }

    /// <exception cref="HttpRequestException">One of the timer's jobs failed.</exception>
    public async Task RunAsync()
    {
        using var body = new StringContent(Envelope, Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(new Uri($"{_app!.BaseUrl}/EnforceUsageCaps"), body);
        answer.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_app is not null)
        {
            await _app.TerminateAsync();
            await _app.DisposeAsync();
        }
    }
}
