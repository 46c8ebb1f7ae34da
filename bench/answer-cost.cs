// What an answer costs its instance in processor time: once, and for each token. With it bench/azure-cost.mjs reckons the bill.
//
//   dotnet publish ChatBot.Functions -c Release -r linux-x64 -p:Standalone=true -o artifacts/standalone
//   dotnet run bench/answer-cost.cs [answers per step]
#:project ../infra/local/ChatBot.Local.csproj
#:property PublishAot=false
#:property JsonSerializerIsReflectionEnabledByDefault=true

using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using ChatBot.Local;
using Npgsql;

const int atOnce = 50;
const int few = 50;
const int many = 550;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var answers = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 400;
var directory = Directory.CreateTempSubdirectory("chatbot-cost-");
await using (var stack = await LocalStack.StartAsync(new StackOptions(directory.FullName)
{
    Durable = false,
    Program = AppProgram.Binary(RepositoryRoot.Combine("artifacts", "standalone", "ChatBot.Functions")),
}))
{
    await using var database = NpgsqlDataSource.Create(stack.Postgres.ConnectionString());
    await using var app = await stack.StartAppAsync("cost");
    await app.WaitUntilReadyAsync();
    using var http = new HttpClient { BaseAddress = new Uri(app.BaseUrl), Timeout = TimeSpan.FromMinutes(5) };
    var process = Process.GetProcessById(app.ProcessId);
    await Run(few);

    // In turns, so that whatever else the machine does slows both alike.
    var (short1, long1) = (await Run(few), await Run(many));
    var (short2, long2) = (await Run(few), await Run(many));
    var (ofShort, ofLong) = ((short1 + short2) / 2, (long1 + long2) / 2);
    var perToken = (ofLong - ofShort) / (many - few);
    Console.WriteLine($"an answer of {few} tokens: {ofShort:0.00} ms of a core; of {many}: {ofLong:0.00} ms; so {perToken * 1000:0} µs for each token, and {ofShort - (few * perToken):0.00} ms for the answer itself");

    // With all that follows an answer: its message persisted, its usage recorded.
    async Task<double> Run(int tokens)
    {
        var users = new List<string>();
        for (var i = 0; i < answers; i++)
        {
            users.Add(stack.Tokens.Mint((await LocalUser.CreateAsync(stack.Postgres.ConnectionString())).Token()));
        }

        process.Refresh();
        var before = process.TotalProcessorTime;
        await Parallel.ForEachAsync(users, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (token, cancellationToken) =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/chat")
            {
                Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
                Content = new StringContent(
                    $$"""{"id":"{{Guid.NewGuid():N}}","messages":[{"role":"user","content":"Go. [[tokens={{tokens}} delay=20ms]]"}]}""", Encoding.UTF8, "application/json"),
            };
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            answer.EnsureSuccessStatusCode();
            await answer.Content.CopyToAsync(Stream.Null, cancellationToken);
        });
        while (await Unrecorded() > 0)
        {
            await Task.Delay(100);
        }

        process.Refresh();
        return (process.TotalProcessorTime - before).TotalMilliseconds / answers;
    }

    async Task<long> Unrecorded()
    {
        await using var count = database.CreateCommand("select count(*) from chatbot.completions where recorded_at is null");
        return (long)(await count.ExecuteScalarAsync())!;
    }
}

directory.Delete(recursive: true);
