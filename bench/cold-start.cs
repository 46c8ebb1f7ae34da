// What the ways of running cost: from spawning the process to its first answer, and to the first token of an answer by the stand-in; a warm
// request, the processor time of streamed tokens, and idle memory. The native program, the same with telemetry exported, the same program under
// JIT, and the worker behind the small Functions host of infra/functions-host in turns, so that a busy machine slows all alike. Of the worker's
// processor time and memory the host's is told apart: it is not the host of Azure.
//
//   dotnet publish ChatBot.Functions -c Release -r linux-x64 -p:Standalone=true -o artifacts/standalone
//   dotnet publish ChatBot.Functions -c Release -r linux-x64 -o artifacts/package
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
var binary = AppProgram.Binary(RepositoryRoot.Combine("artifacts", "standalone", "ChatBot.Functions"));
// To nobody: what a start waits for is not the collector.
Candidate[] candidates =
[
    new("Native AOT", binary, []),
    new("… exporting telemetry", binary, [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")]),
    new("JIT", AppProgram.Binary(RepositoryRoot.Combine("ChatBot.Functions", "bin", "Release", "net10.0", "ChatBot.Functions.dll")), []),
    new("worker (and its host)", AppProgram.Package(RepositoryRoot.Combine("artifacts", "package")), [], IsHosted: true),
];
var directory = Directory.CreateTempSubdirectory("chatbot-start-");
await using (var stack = await LocalStack.StartAsync(new StackOptions(directory.FullName) { Durable = false }))
{
    stack.StandIn.Model.DefaultDelay = TimeSpan.Zero;
    var users = new List<string>();
    for (var i = 0; i < 2 * rounds * candidates.Length; i++)
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
                await Running(stack, candidate, users[((rounds + round) * candidates.Length) + index])));
        }
    }

    Console.WriteLine($"| median (slowest) of {rounds} | {string.Join(" | ", candidates.Select(c => c.Name))} |\n|---|{string.Concat(candidates.Select(_ => "---|"))}");
    Row("process start to first answer, ms", s => s.FirstAnswer);
    Row("process start to first token, ms", s => s.FirstToken);
    Row("warm request, ms", s => s.Running.Request, "0.00");
    Row("processor time per 1,000 tokens, ms", s => s.Running.Cpu.Program);
    Row("… of the host", s => s.Running.Cpu.Host);
    Row("idle resident memory, MB", s => s.Running.Resident.Program);
    Row("… of the host", s => s.Running.Resident.Host);

    void Row(string what, Func<Start, double> of, string format = "0") => Console.WriteLine(
        $"| {what} | {string.Join(" | ", measured.Select(runs => runs.Select(of).Order().ToList()).Select(v => $"{v[v.Count / 2].ToString(format)} ({v[^1].ToString(format)})"))} |");
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
        () => Send(token, "first", "Go. [[tokens=3]]"), "text-delta");
}

static async Task<Running> Running(LocalStack stack, Candidate candidate, string token)
{
    const int tokens = 2000;
    const int requests = 200;
    using var instance = new Instance(stack, candidate);
    await instance.FirstAnswer(() => new HttpRequestMessage(HttpMethod.Get, "/api/health"), "ok");
    // Until it is connected to the task hub, too.
    await Task.Delay(TimeSpan.FromSeconds(3));
    var resident = instance.Resident;
    var waits = new List<double>();
    for (var n = 0; n < requests; n++)
    {
        waits.Add(await instance.Answer(() => new HttpRequestMessage(HttpMethod.Get, "/api/health"), "ok"));
    }

    Cost before = default;
    // The first to warm up.
    foreach (var chat in (string[])["warm", "measured"])
    {
        before = instance.Cpu;
        await instance.Answer(() => Send(token, chat, $"Go. [[tokens={tokens} delay=2ms]]"), "[DONE]");
    }

    return new(waits.Order().ElementAt(requests / 2), (instance.Cpu - before) * (1000d / tokens), resident);
}

static HttpRequestMessage Send(string token, string chat, string content) => new(HttpMethod.Post, "/api/chat")
{
    Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token), Accept = { new("text/event-stream") } },
    Content = new StringContent($$"""{"id":"{{chat}}","messages":[{"id":"{{chat}}","role":"user","content":"{{content}}"}]}""", Encoding.UTF8, "application/json"),
};

internal sealed record Candidate(string Name, AppProgram Program, (string Name, string Value)[] Settings, bool IsHosted = false);

internal sealed record Start(double FirstAnswer, double FirstToken, Running Running);

internal sealed record Running(double Request, Cost Cpu, Cost Resident);

/// <summary>Of the program, and of its host where it has one.</summary>
internal readonly record struct Cost(double Program, double Host)
{
    public static Cost operator -(Cost a, Cost b) => new(a.Program - b.Program, a.Host - b.Host);

    public static Cost operator *(Cost a, double b) => new(a.Program * b, a.Host * b);
}

/// <summary>A process, and the worker that it has started where it is a host.</summary>
internal sealed class Instance : IDisposable
{
    private readonly long _since;
    private readonly HttpClient _http;
    private readonly Process _process;
    private readonly bool _isHosted;

    public Instance(LocalStack stack, Candidate candidate)
    {
        _isHosted = candidate.IsHosted;
        var port = FreePort();
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        var start = new ProcessStartInfo(candidate.Program.FileName, candidate.Program.Arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in stack.AppSettings.Select(s => (s.Key, s.Value)).Concat(candidate.Settings))
        {
            start.Environment[name] = value;
        }

        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        _since = Stopwatch.GetTimestamp();
        _process = Process.Start(start)!;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public Cost Resident => Of(process => process.WorkingSet64 / 1048576d);

    /// <summary>Milliseconds.</summary>
    public Cost Cpu => Of(process => process.TotalProcessorTime.TotalMilliseconds);

    /// <summary>Milliseconds until an answer has come so far that it holds this text.</summary>
    public async Task<double> Answer(Func<HttpRequestMessage> request, string text)
    {
        var since = Stopwatch.GetTimestamp();
        await Read(request, text);
        return Stopwatch.GetElapsedTime(since).TotalMilliseconds;
    }

    /// <summary>Milliseconds since the start until an answer has come so far that it holds this text.</summary>
    public async Task<double> FirstAnswer(Func<HttpRequestMessage> request, string text)
    {
        while (true)
        {
            try
            {
                await Read(request, text);
                return Stopwatch.GetElapsedTime(_since).TotalMilliseconds;
            }
            // It does not listen yet.
            catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConnectionError && !_process.HasExited)
            {
                await Task.Delay(1);
            }
        }
    }

    private async Task Read(Func<HttpRequestMessage> request, string text)
    {
        using var answer = await _http.SendAsync(request(), HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        using var body = new StreamReader(await answer.Content.ReadAsStreamAsync());
        while (await body.ReadLineAsync() is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }

        throw new InvalidOperationException($"The answer holds no {text}.");
    }

    private Cost Of(Func<Process, double> of)
    {
        _process.Refresh();
        if (!_isHosted)
        {
            return new(of(_process), 0);
        }

        using var process = Process.GetProcessById(WorkerId());
        return new(of(process), of(_process));
    }

    // A child is listed with the thread that forked it.
    private int WorkerId() => int.Parse(
        Directory.EnumerateDirectories($"/proc/{_process.Id}/task")
            .SelectMany(thread => File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries)).First(),
        CultureInfo.InvariantCulture);

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
