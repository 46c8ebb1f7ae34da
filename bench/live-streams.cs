// What an open stream costs: statements, CPU and memory of one instance that writes 1, 10, 100 and 1,000 answers at a time.
//
//   dotnet publish ChatBot.Functions -c Release -r linux-x64 -p:Standalone=true -o artifacts/standalone
//   dotnet run bench/live-streams.cs [seconds per step]
#:project ../infra/local/ChatBot.Local.csproj
#:property PublishAot=false
#:property JsonSerializerIsReflectionEnabledByDefault=true

using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using ChatBot.Local;
using Npgsql;

const int streamsPerUser = 4;
var seconds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 15;
var directory = Directory.CreateTempSubdirectory("chatbot-live-");
await using var stack = await LocalStack.StartAsync(new StackOptions(directory.FullName)
{
    Durable = false,
    Program = AppProgram.Binary(RepositoryRoot.Combine("artifacts", "standalone", "ChatBot.Functions")),
    PostgresSettings = new Dictionary<string, string> { ["track_functions"] = "all" },
});
await using var database = NpgsqlDataSource.Create(stack.Postgres.ConnectionString());
using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 2000 }) { Timeout = Timeout.InfiniteTimeSpan };

Console.WriteLine("| live streams | ticks per second | CPU per stream | resident | first token, median and 99 % | bytes sent per token |");
Console.WriteLine("|---|---|---|---|---|---|");
foreach (var streams in (int[])[1, 10, 100, 1000])
{
    await using var app = await stack.StartAppAsync($"live-{streams}");
    await app.WaitUntilReadyAsync();
    using var end = new CancellationTokenSource();
    var readers = Enumerable.Range(0, streams).Select(n => new Reader(app, http)).ToList();
    var users = new List<string>();
    for (var i = 0; i < (streams + streamsPerUser - 1) / streamsPerUser; i++)
    {
        users.Add(stack.Tokens.Mint((await LocalUser.CreateAsync(stack.Postgres.ConnectionString())).Token()));
    }

    var reading = new List<Task>();
    foreach (var (index, reader) in readers.Index())
    {
        reading.Add(reader.Read(users[index / streamsPerUser], end.Token));
        // Arrivals, not a stampede: what is measured is streams that run.
        await Task.Delay(5);
    }

    await Task.WhenAll(readers.Select(r => r.Started));
    var process = Process.GetProcessById(app.ProcessId);
    var (ticks, cpu, since) = (await Ticks(), process.TotalProcessorTime, Stopwatch.GetTimestamp());
    var (bytes, tokens) = (readers.Sum(r => r.Bytes), readers.Sum(r => r.Tokens));
    await Task.Delay(TimeSpan.FromSeconds(seconds));
    process.Refresh();
    var elapsed = Stopwatch.GetElapsedTime(since).TotalSeconds;
    var ticked = await Ticks() - ticks;
    var firsts = readers.Select(r => r.FirstToken.TotalMilliseconds).Order().ToList();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
        | {streams:N0} | {ticked / elapsed:0.0} | {(process.TotalProcessorTime - cpu).TotalSeconds / elapsed / streams:0.00 %} | {process.WorkingSet64 / 1024 / 1024} MB | {firsts[firsts.Count / 2]:0} ms, {firsts[firsts.Count * 99 / 100]:0} ms | {(double)(readers.Sum(r => r.Bytes) - bytes) / (readers.Sum(r => r.Tokens) - tokens):0} |
        """));
    await end.CancelAsync();
    await Task.WhenAll(reading);
    await app.TerminateAsync();
}

directory.Delete(recursive: true);

async Task<long> Ticks()
{
    // The counts of a session reach the view within a second.
    await using var command = database.CreateCommand("select coalesce(sum(calls), 0)::bigint from pg_stat_user_functions where funcname = 'append_deltas'");
    return (long)(await command.ExecuteScalarAsync())!;
}

/// <summary>A client with one answer of a token each half second, about as fast as people read.</summary>
internal sealed class Reader(AppProcess app, HttpClient http)
{
    private readonly TaskCompletionSource _started = new();

    public Task Started => _started.Task;

    public TimeSpan FirstToken { get; private set; }

    public long Bytes { get; private set; }

    public long Tokens { get; private set; }

    public async Task Read(string token, CancellationToken cancellationToken)
    {
        try
        {
            var request = new HttpRequestMessage(HttpMethod.Post, $"{app.BaseUrl}/api/chat")
            {
                Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
                Content = new StringContent(
                    $$"""{"id":"{{Guid.NewGuid():N}}","messages":[{"role":"user","content":"Go. [[tokens=4000 delay=500ms]]"}],"onDisconnect":"stop"}""",
                    Encoding.UTF8,
                    "application/json"),
            };
            var since = Stopwatch.GetTimestamp();
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            response.EnsureSuccessStatusCode();
            FirstToken = Stopwatch.GetElapsedTime(since);
            _started.SetResult();
            var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            var buffer = new byte[4096];
            while (await body.ReadAsync(buffer, cancellationToken) is > 0 and var length)
            {
                Bytes += length;
                Tokens++;
            }
        }
        catch (OperationCanceledException)
        {
            // Measured.
        }
        catch (HttpRequestException e)
        {
            _started.TrySetException(e);
        }
    }
}
