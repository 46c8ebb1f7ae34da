// What a report and the statements of the hot path take with a million users and ten million ledger rows in the month.
//
//   dotnet publish ChatBot.Functions -c Release -r linux-x64 -p:Standalone=true -o artifacts/standalone
//   dotnet run bench/billing-report.cs [users [calls of each]]
#:project Scale/ChatBot.Scale.csproj
#:property PublishAot=false
#:property JsonSerializerIsReflectionEnabledByDefault=true

using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using ChatBot.Local;
using ChatBot.Scale;
using Npgsql;

const int runs = 200;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var users = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
var calls = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 10;
var directory = Directory.CreateTempSubdirectory("chatbot-report-");
await using var stack = await LocalStack.StartAsync(new StackOptions(directory.FullName)
{
    Durable = false,
    Program = AppProgram.Binary(RepositoryRoot.Combine("artifacts", "standalone", "ChatBot.Functions")),
    PostgresSettings = new Dictionary<string, string>
    {
        ["shared_buffers"] = "2GB", ["max_wal_size"] = "8GB", ["wal_level"] = "minimal", ["max_wal_senders"] = "0", ["autovacuum"] = "off", ["jit"] = "off",
    },
});
await using var database = NpgsqlDataSource.Create(stack.Postgres.ConnectionString());
await ManyUsers.FillAsync(database, users, calls, Console.WriteLine);
var month = new DateTime(DateTime.UtcNow.Year, DateTime.UtcNow.Month, 1, 0, 0, 0, DateTimeKind.Utc).AddMonths(-1);
await Statements();
await Report("json", "user");
await Report("csv", "user");
await Report("csv", "day");
await stack.DisposeAsync();
directory.Delete(recursive: true);

async Task Statements()
{
    var probe = new HotPathProbe(database);
    var random = new Random(1);
    var measured = new List<IReadOnlyList<HotRun>>();
    for (var run = 0; run < runs; run++)
    {
        var user = random.Next(1, users);
        measured.Add(await probe.RunAsync(await Id($"user {user}"), await Id($"chat {user}"), month));
    }

    Console.WriteLine("| statement | median | 99 % | pages | rows by index | rows in sequence | |\n|---|---|---|---|---|---|---|");
    for (var index = 0; index < measured[0].Count; index++)
    {
        var of = measured.ConvertAll(m => m[index]);
        var times = of.Select(r => r.Milliseconds).Order().ToList();
        var pages = of.Select(r => r.Buffers).Order().ToList();
        var most = of.MaxBy(r => r.Reads.Values.Sum(t => t.Scanned + t.Fetched))!;
        Console.WriteLine(
            $"| {most.Statement.Name} | {times[runs / 2]:0.0} ms | {times[runs * 99 / 100]:0.0} ms | {pages[runs / 2]:N0} | {most.Reads.Values.Sum(r => r.Fetched):N0} | "
            + $"{most.Reads.Values.Sum(r => r.Scanned):N0} | {(of.All(r => r.IsGood) ? "" : most.ToString())} |");
    }
}

async Task Report(string format, string by)
{
    await using var app = await stack.StartAppAsync($"report-{format}-{by}");
    await app.WaitUntilReadyAsync();
    using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
    http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
        "Bearer", stack.Tokens.Mint(new AccessToken(Guid.NewGuid()) { Role = "service_role" }));
    var idle = Resident(app.ProcessId);
    var since = Stopwatch.GetTimestamp();
    using var answer = await http.GetAsync($"{app.BaseUrl}/api/billing/periods/{month:yyyy-MM}?format={format}&by={by}", HttpCompletionOption.ResponseHeadersRead);
    answer.EnsureSuccessStatusCode();
    var body = await answer.Content.ReadAsStreamAsync();
    var (buffer, bytes, first, peak) = (new byte[64 * 1024], 0L, TimeSpan.Zero, 0L);
    while (await body.ReadAsync(buffer) is > 0 and var length)
    {
        first = bytes == 0 ? Stopwatch.GetElapsedTime(since) : first;
        bytes += length;
        peak = bytes % (1 << 20) < length ? Math.Max(peak, Resident(app.ProcessId)) : peak;
    }

    var whole = Stopwatch.GetElapsedTime(since);
    peak = Math.Max(peak, Resident(app.ProcessId));
    Console.WriteLine($"report as {format} by {by}: first byte {first.TotalMilliseconds:0} ms, whole {whole.TotalSeconds:0.0} s, {bytes / 1e6:0.0} MB, resident {idle} MB before, {peak} MB at most");
    await app.TerminateAsync();
}

async Task<Guid> Id(string name)
{
    await using var command = database.CreateCommand("select md5($1)::uuid");
    command.Parameters.Add(new() { Value = name });
    return (Guid)(await command.ExecuteScalarAsync())!;
}

static long Resident(int process)
{
    using var found = Process.GetProcessById(process);
    return found.WorkingSet64 / 1024 / 1024;
}
