using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ChatBot.Local;
using ChatBot.Tests.Local;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Telemetry;

/// <summary>What a process writes to its console, where hosts and collectors take each line for an entry.</summary>
public sealed partial class LogTests(TestStack stack)
{
    [Fact]
    public async Task An_entry_is_one_line_with_time_level_category_and_trace()
    {
        await using var database = await OwnDatabase.Create(stack);
        await using var app = await Start(database);

        var trace = await Fail(database, app);
        var lines = await Lines(app, trace);

        Assert.All(lines, line => Assert.Matches(Entry(), line));
        var failure = Assert.Single(lines, line => line.Contains(" fail: ", StringComparison.Ordinal));
        Assert.StartsWith(
            $"ChatBot.Functions.Problems.ProblemMiddleware[] => TraceId:{trace} A request failed unexpectedly", Anonymous(failure[31..]), StringComparison.Ordinal);
        Assert.Contains("PostgresException", failure, StringComparison.Ordinal);
        Assert.Contains("   at ChatBot.Functions", failure, StringComparison.Ordinal);
        var age = TimeProvider.System.GetUtcNow() - DateTimeOffset.Parse(failure[..24], CultureInfo.InvariantCulture);
        Assert.InRange(age, TimeSpan.FromMinutes(-1), TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task An_entry_is_one_json_object_where_that_is_asked_for()
    {
        await using var database = await OwnDatabase.Create(stack);
        await using var app = await Start(database, ("Logging__Console__FormatterName", "json"));

        var trace = await Fail(database, app);
        var entries = (await Lines(app, trace)).Select(line => JsonNode.Parse(line)!).ToList();

        Assert.All(entries, entry => Assert.Matches(Time(), (string)entry["Timestamp"]!));
        Assert.All(entries, entry => Assert.NotEmpty((string)entry["Category"]!));
        var failure = Assert.Single(entries, entry => (string)entry["LogLevel"]! == "Error");
        Assert.Equal(trace, (string?)failure["Scopes"]![0]!["TraceId"]);
        Assert.Equal("A request failed unexpectedly", (string?)failure["Message"]);
        Assert.Contains("PostgresException", (string)failure["Exception"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_is_told_with_its_code_and_route_and_without_any_value()
    {
        await using var app = await TracedProgram.StartProcess(stack);
        var user = (await stack.NewUser()).At(new Uri(app.BaseUrl));
        var nobody = new TestUser(Guid.Empty, "", new Uri(app.BaseUrl));

        (await user.Get("/api/chats/canary-1?x=canary-2")).Is(HttpStatusCode.NotFound);
        (await user.Post("/api/chats?y=canary-3", new JsonObject { ["title"] = "canary-4" + new string('x', 200) })).Is(HttpStatusCode.BadRequest);
        (await user.Get("/api/billing/plans/canary-5")).Is(HttpStatusCode.Forbidden);
        (await user.Get("/canary-6")).Is(HttpStatusCode.NotFound);
        (await user.Send(new HttpMethod("CANARY7"), "/api/chats", null, [])).Is(HttpStatusCode.NotFound);
        (await user.Get("/api/chats")).Is(HttpStatusCode.OK);
        var last = await nobody.Put("/api/preferences/openai-key", new JsonObject { ["key"] = "canary-8" });
        var lines = await Lines(app, (string)last.IsProblem(HttpStatusCode.Unauthorized, "unauthenticated")["traceId"]!);

        Assert.Equal(
            [
                "GET /api/chats/{chatId} was answered with 404 not_found",
                "POST /api/chats was answered with 400 invalid_request",
                "GET /api/billing/plans/{id} was answered with 403 forbidden",
                "A path that is not mapped was answered with 404 not_found",
                "A path that is not mapped was answered with 404 not_found",
                "PUT /api/preferences/openai-key was answered with 401 unauthenticated",
            ],
            lines.Where(line => line.Contains(" info: ChatBot.Functions.Problems.ProblemMiddleware[", StringComparison.Ordinal)).Select(line => line.Split(" ", 6)[5]));
        Assert.DoesNotContain(lines, line => line.Contains("canary", StringComparison.OrdinalIgnoreCase));
    }

    private static Task<AppProcess> Start(OwnDatabase database, params (string Name, string Value)[] settings) =>
        TracedProgram.StartProcess(database.Stack, [database.ConnectionOver(database.Stack.Local.Postgres.Port), .. settings]);

    /// <summary>Runs into a fault of the database and returns the trace that the problem names.</summary>
    private static async Task<string> Fail(OwnDatabase database, AppProcess app)
    {
        await database.Execute("create function public.refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$");
        await database.Execute("create trigger refuse before insert on public.chats for each row execute function public.refuse()");
        var user = (await database.NewUser()).At(new Uri(app.BaseUrl));
        var answer = await user.Post("/api/chats", new JsonObject());
        return (string)answer.IsProblem(HttpStatusCode.InternalServerError, "internal_error")["traceId"]!;
    }

    /// <summary>All lines up to the one that tells how that trace's request was answered.</summary>
    private static async Task<IReadOnlyList<string>> Lines(AppProcess app, string trace) => await Eventually.GetAsync(
        () => app.Output,
        lines => lines.Any(line => line.Contains(trace, StringComparison.Ordinal) && line.Contains("was answered with", StringComparison.Ordinal)),
        TestContext.Current.CancellationToken);

    private static string Anonymous(string entry) => EventNumber().Replace(entry, "[]", 1);

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (info|warn|fail|crit): [\w.]+\[\d+\]( => TraceId:[0-9a-f]{32})? \S.*$")]
    private static partial Regex Entry();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
    private static partial Regex Time();

    [GeneratedRegex(@"\[\d+\]")]
    private static partial Regex EventNumber();
}
