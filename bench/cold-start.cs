// Cold start and idle memory: from spawning the process to its first answer, and to the first token of an answer by the
// stand-in; the published binary, the same with telemetry exported, and the same program under JIT in turns, so that a busy machine
// slows all alike.
//
//   dotnet publish ChatBot.Functions -c Release -r linux-x64 -o artifacts/publish
//   dotnet build ChatBot.Functions -c Release
//   dotnet run bench/cold-start.cs [rounds]
#:project ../infra/local/ChatBot.Local.csproj
#:property PublishAot=false
#:property JsonSerializerIsReflectionEnabledByDefault=true

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using ChatBot.Local;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 15;
var binary = AppProgram.Binary(RepositoryRoot.Combine("artifacts", "publish", "ChatBot.Functions"));
// To nobody: what a start waits for is not the collector.
Candidate[] candidates =
[
    new("Native AOT", binary, []),
    new("… exporting telemetry", binary, [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")]),
    new("JIT", AppProgram.Binary(RepositoryRoot.Combine("ChatBot.Functions", "bin", "Release", "net10.0", "ChatBot.Functions.dll")), []),
];
var directory = Directory.CreateTempSubdirectory("chatbot-start-");
await using (var stack = await LocalStack.StartAsync(new StackOptions(directory.FullName) { Durable = false }))
{
    stack.StandIn.Model.DefaultDelay = TimeSpan.Zero;
    var users = new List<string>();
    for (var i = 0; i < rounds * candidates.Length; i++)
    {
        users.Add(stack.Tokens.Mint((await LocalUser.CreateAsync(stack.Postgres.ConnectionString())).Token()));
    }

    var measured = candidates.Select(_ => new List<Start>()).ToList();
    for (var round = 0; round < rounds; round++)
    {
        foreach (var (index, candidate) in candidates.Index())
        {
            measured[index].Add(new Start(
                await ToFirstAnswer(stack, candidate),
                await ToFirstToken(stack, candidate, users[(round * candidates.Length) + index]),
                await Idle(stack, candidate)));
        }
    }

    Console.WriteLine($"| median (slowest) of {rounds} | {string.Join(" | ", candidates.Select(c => c.Name))} |\n|---|{string.Concat(candidates.Select(_ => "---|"))}");
    Row("process start to first answer, ms", s => s.FirstAnswer);
    Row("process start to first token, ms", s => s.FirstToken);
    Row("idle resident memory, MB", s => s.Idle);

    void Row(string what, Func<Start, double> of) =>
        Console.WriteLine($"| {what} | {string.Join(" | ", measured.Select(runs => runs.Select(of).Order().ToList()).Select(v => $"{v[v.Count / 2]:0} ({v[^1]:0})"))} |");
}

directory.Delete(recursive: true);

static async Task<double> ToFirstAnswer(LocalStack stack, Candidate candidate)
{
    using var instance = new Instance(stack, candidate);
    return await instance.FirstAnswer(() => new HttpRequestMessage(HttpMethod.Get, "/api/health"), "ok");
}

static async Task<double> ToFirstToken(LocalStack stack, Candidate candidate, string token)
{
    using var instance = new Instance(stack, candidate);
    return await instance.FirstAnswer(
        () => new HttpRequestMessage(HttpMethod.Post, "/api/chat")
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
            Content = new StringContent("""{"id":"first","messages":[{"id":"m","role":"user","content":"Go. [[tokens=3]]"}]}""", Encoding.UTF8, "application/json"),
        },
        "text-delta");
}

static async Task<double> Idle(LocalStack stack, Candidate candidate)
{
    using var instance = new Instance(stack, candidate);
    await instance.FirstAnswer(() => new HttpRequestMessage(HttpMethod.Get, "/api/health"), "ok");
    await Task.Delay(TimeSpan.FromSeconds(1));
    return instance.Resident;
}

internal sealed record Candidate(string Name, AppProgram Program, (string Name, string Value)[] Settings);

internal sealed record Start(double FirstAnswer, double FirstToken, double Idle);

/// <summary>A process as the Functions host starts it: no queue is polled.</summary>
internal sealed class Instance : IDisposable
{
    private readonly long _since;
    private readonly HttpClient _http;
    private readonly Process _process;

    public Instance(LocalStack stack, Candidate candidate)
    {
        var port = FreePort();
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        var start = new ProcessStartInfo(candidate.Program.FileName, candidate.Program.Arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in stack.AppSettings.Select(s => (s.Key, s.Value)).Concat(candidate.Settings))
        {
            start.Environment[name] = value;
        }

        start.Environment["FUNCTIONS_CUSTOMHANDLER_PORT"] = $"{port}";
        _since = Stopwatch.GetTimestamp();
        _process = Process.Start(start)!;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public double Resident
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1048576d;
        }
    }

    /// <summary>Milliseconds since the start until an answer has come so far that it holds this text.</summary>
    public async Task<double> FirstAnswer(Func<HttpRequestMessage> request, string text)
    {
        while (true)
        {
            try
            {
                using var answer = await _http.SendAsync(request(), HttpCompletionOption.ResponseHeadersRead);
                answer.EnsureSuccessStatusCode();
                using var body = new StreamReader(await answer.Content.ReadAsStreamAsync());
                while (await body.ReadLineAsync() is { } line)
                {
                    if (line.Contains(text, StringComparison.Ordinal))
                    {
                        return Stopwatch.GetElapsedTime(_since).TotalMilliseconds;
                    }
                }

                throw new InvalidOperationException($"The answer holds no {text}.");
            }
            // It does not listen yet.
            catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConnectionError && !_process.HasExited)
            {
                await Task.Delay(1);
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _http.Dispose();
    }
}
