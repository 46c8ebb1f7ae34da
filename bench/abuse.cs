// What one user, or nobody in particular, can do to the others: memory under slow readers, settlement behind a backlog, and the load of probes.
//
//   dotnet publish ChatBot.Functions -c Release -r linux-x64 -p:Standalone=true -o artifacts/standalone
//   dotnet run bench/abuse.cs [path of the program]
#:project ../infra/local/ChatBot.Local.csproj
#:property PublishAot=false
#:property JsonSerializerIsReflectionEnabledByDefault=true

using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using ChatBot.Local;
using Npgsql;

var binary = args.Length > 0 ? args[0] : RepositoryRoot.Combine("artifacts", "standalone", "ChatBot.Functions");
// As by default; the local stack raises them for its few users.
var limits = new Dictionary<string, string>
{
    ["Limits__ReadsPerMinute"] = "600", ["Limits__WritesPerMinute"] = "120", ["Limits__KeyChecksPerMinute"] = "5", ["Limits__ConcurrentRequests"] = "32",
};
var directory = Directory.CreateTempSubdirectory("chatbot-abuse-");
await using var stack = await LocalStack.StartAsync(new StackOptions(directory.FullName) { Durable = false, Program = AppProgram.Binary(binary) });
await using var database = NpgsqlDataSource.Create(stack.Postgres.ConnectionString());

await MeasureMemory();
await MeasureBacklog();
await MeasureProbes();
directory.Delete(recursive: true);

// 106 messages of 256 KiB, and 90 readers who take a kilobyte a second of a page of 100: all of one user, then of 30.
async Task MeasureMemory()
{
    Console.WriteLine("slow readers of pages | resident before | highest | answered 200 | refused 429 | others' GET meanwhile, median and 99 %");
    foreach (var users in (int[])[1, 30])
    {
        await using var app = await stack.StartAppAsync($"memory-{users}", overrides: limits);
        await app.WaitUntilReadyAsync();
        var other = await Client.SignUp(stack, app);
        var readers = new List<Task<int>>();
        using var end = new CancellationTokenSource();
        for (var n = 0; n < users; n++)
        {
            var user = await Client.SignUp(stack, app);
            var chat = await user.NewChat();
            await Fill(user.Id, chat, 106, "repeat('x', 262144)");
            readers.AddRange(Enumerable.Range(0, 90 / users).Select(_ => SlowReader.Read(app, user, $"/api/chats/{chat}/messages?limit=100", end.Token)));
        }

        var process = Process.GetProcessById(app.ProcessId);
        var (before, highest, times) = (process.WorkingSet64, 0L, new List<double>());
        var since = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(20))
        {
            times.Add(await other.Time("/api/chats"));
            process.Refresh();
            highest = Math.Max(highest, process.WorkingSet64);
            await Task.Delay(100);
        }

        await end.CancelAsync();
        var answers = await Task.WhenAll(readers);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{answers.Length} of {users} users | {before >> 20} MB | {highest >> 20} MB | {answers.Count(a => a == 200)} | {answers.Count(a => a == 429)} | {Quantiles(times)}"));
        await app.TerminateAsync();
    }
}

// 110 long messages that nobody has counted, and 40 sends after them, beside somebody who sends a word at a time.
async Task MeasureBacklog()
{
    await using var app = await stack.StartAppAsync("backlog", overrides: limits);
    await app.WaitUntilReadyAsync();
    var (hoarder, other) = (await Client.SignUp(stack, app), await Client.SignUp(stack, app));
    await Execute(
        """
        insert into billing.user_plans (user_id, plan_id, requests_per_minute, token_cap, cost_cap)
        select u, 'free', 6000, 1000000000, 1000000
        from unnest($1) u
        """,
        (Guid[])[hoarder.Id, other.Id]);
    var (chat, othersChat) = (await hoarder.NewChat(), await other.NewChat());
    await Fill(hoarder.Id, chat, 110, "left((select string_agg('http://' || n || '.' || to_hex(a) || '.io', ' ') from generate_series(1, 16000) a), 262144)");
    var since = Stopwatch.GetTimestamp();
    var hoarding = Task.Run(async () =>
    {
        for (var n = 0; n < 40; n++)
        {
            await hoarder.Send(chat);
        }
    });
    var times = new List<double>();
    do
    {
        times.Add(await TimeToRecord(await other.Send(othersChat)));
    }
    while (!hoarding.IsCompleted);

    await hoarding;
    while (await Scalar<long>("select count(*) from chatbot.completions where user_id = $1 and recorded_at is null", hoarder.Id) > 0 && Stopwatch.GetElapsedTime(since) < TimeSpan.FromMinutes(3))
    {
        times.Add(await TimeToRecord(await other.Send(othersChat)));
    }

    var left = await Scalar<long>("select count(*) from chatbot.completions where user_id = $1 and recorded_at is null", hoarder.Id);
    Console.WriteLine("\nsends of the hoarder | settled after | others' time to settle, median and 99 % | longest | never settled");
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"40 | {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s | {Quantiles(times)} | {times.Max():0} ms | {left}"));
    await app.TerminateAsync();
}

// 64 connections that ask nothing but whether the program is ready.
async Task MeasureProbes()
{
    await using var app = await stack.StartAppAsync("probes", overrides: limits);
    await app.WaitUntilReadyAsync();
    var other = await Client.SignUp(stack, app);
    using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 64 });
    using var end = new CancellationTokenSource();
    var (ready, other503, times) = (0L, 0L, new List<double>());
    var transactions = await Scalar<long>("select xact_commit + xact_rollback from pg_stat_database where datname = 'postgres'");
    var since = Stopwatch.GetTimestamp();
    var probing = Enumerable.Range(0, 64).Select(async _ =>
    {
        while (!end.IsCancellationRequested)
        {
            using var answer = await http.GetAsync(new Uri($"{app.BaseUrl}/api/health/ready"));
            Interlocked.Increment(ref answer.IsSuccessStatusCode ? ref ready : ref other503);
        }
    }).ToList();
    while (Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(10))
    {
        times.Add(await other.Time("/api/health"));
        await Task.Delay(100);
    }

    await end.CancelAsync();
    await Task.WhenAll(probing);
    var elapsed = Stopwatch.GetElapsedTime(since).TotalSeconds;
    // The counts of a session reach the view within a second.
    await Task.Delay(1_500);
    var spent = await Scalar<long>("select xact_commit + xact_rollback from pg_stat_database where datname = 'postgres'") - transactions;
    Console.WriteLine("\nprobes per second | not ready | transactions per second, the program's own included | GET /api/health meanwhile, median and 99 %");
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(ready + other503) / elapsed:0} | {other503} | {spent / elapsed:0.0} | {Quantiles(times)}"));
    await app.TerminateAsync();
}

async Task Fill(Guid user, string chat, int count, string text) => await Execute(
    $"insert into public.messages (chat_id, user_id, role, content) select $1, $2, 'user', {text} from generate_series(1, $3) n", Guid.Parse(chat), user, count);

async Task<double> TimeToRecord(Guid id)
{
    var since = Stopwatch.GetTimestamp();
    while (!await Scalar<bool>("select recorded_at is not null from chatbot.completions where id = $1", id) && Stopwatch.GetElapsedTime(since) < TimeSpan.FromMinutes(3))
    {
        await Task.Delay(10);
    }

    return Stopwatch.GetElapsedTime(since).TotalMilliseconds;
}

async Task Execute(string sql, params object[] parameters)
{
    await using var command = database.CreateCommand(sql);
    command.CommandTimeout = 300;
    command.Parameters.AddRange(parameters.Select(p => new NpgsqlParameter { Value = p }).ToArray());
    await command.ExecuteNonQueryAsync();
}

async Task<T> Scalar<T>(string sql, params object[] parameters)
{
    await using var command = database.CreateCommand(sql);
    command.Parameters.AddRange(parameters.Select(p => new NpgsqlParameter { Value = p }).ToArray());
    return (T)(await command.ExecuteScalarAsync())!;
}

static string Quantiles(List<double> times)
{
    var sorted = times.Order().ToList();
    return string.Create(CultureInfo.InvariantCulture, $"{sorted[sorted.Count / 2]:0.0}, {sorted[sorted.Count * 99 / 100]:0.0} ms");
}

/// <summary>A signed-in user of one instance.</summary>
internal sealed class Client(Guid id, string token, AppProcess app)
{
    private static readonly HttpClient s_http = new() { Timeout = TimeSpan.FromMinutes(3) };

    public Guid Id => id;

    public string Token => token;

    public static async Task<Client> SignUp(LocalStack stack, AppProcess app)
    {
        var user = await LocalUser.CreateAsync(stack.Postgres.ConnectionString());
        return new(user.Id, stack.Tokens.Mint(user.Token()), app);
    }

    public async Task<string> NewChat()
    {
        using var answer = await Request(HttpMethod.Post, "/api/chats", """{"title":"Abuse"}""");
        return (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["id"]!;
    }

    public async Task<Guid> Send(string chat)
    {
        using var answer = await Request(HttpMethod.Post, $"/api/chats/{chat}/stream", $$"""{"message":{"id":"{{Guid.NewGuid()}}","content":"Go. [[tokens=1]]"}}""");
        answer.EnsureSuccessStatusCode();
        await answer.Content.ReadAsStringAsync();
        return Guid.Parse(answer.Headers.GetValues("X-Message-Id").Single());
    }

    public async Task<double> Time(string path)
    {
        var since = Stopwatch.GetTimestamp();
        using var answer = await Request(HttpMethod.Get, path, null);
        answer.EnsureSuccessStatusCode();
        return Stopwatch.GetElapsedTime(since).TotalMilliseconds;
    }

    private Task<HttpResponseMessage> Request(HttpMethod method, string path, string? body) => s_http.SendAsync(new HttpRequestMessage(method, app.BaseUrl + path)
    {
        Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
    });
}

/// <summary>Takes a kilobyte a second of an answer, with little room for it on the way.</summary>
internal static class SlowReader
{
    // IPPROTO_TCP and TCP_MAXSEG.
    private const int Tcp = 6;
    private const int MaximumSegment = 2;

    /// <returns>The status, or 0 where none came.</returns>
    public static async Task<int> Read(AppProcess app, Client user, string path, CancellationToken end)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4 * 1024 };
        socket.SetRawSocketOption(Tcp, MaximumSegment, BitConverter.GetBytes(536));
        var seen = new StringBuilder();
        try
        {
            await socket.ConnectAsync("127.0.0.1", app.Port, end);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {user.Token}\r\n\r\n"), end);
            var buffer = new byte[128];
            while (await socket.ReceiveAsync(buffer, end) is > 0 and var length)
            {
                seen.Append(Encoding.ASCII.GetString(buffer, 0, length));
                await Task.Delay(125, end);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // Over, or given up by the program.
        }

        return seen.Length > 12 && int.TryParse(seen.ToString(9, 3), CultureInfo.InvariantCulture, out var status) ? status : 0;
    }
}
