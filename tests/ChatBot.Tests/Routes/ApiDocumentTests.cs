using System.Globalization;
using System.Text.RegularExpressions;
using ChatBot.Local;
using ChatBot.Tests.Billing;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Routes;

/// <summary>The examples of docs/api.md are what the program does.</summary>
public sealed class ApiDocumentTests(TestStack stack)
{
    private const string MonthOfTheDocument = "2026-11";

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(20);

    public static TheoryData<string> Routes =>
        [.. RouteTable.Endpoints.Where(e => e.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal)).Select(RouteTable.Describe)];

    [Theory]
    [MemberData(nameof(Routes))]
    public void A_route_has_an_example(string route)
    {
        var pattern = $"^{Regex.Replace(route, "{[^}]+}", "[^/]+")}(\\?.*)?$";

        Assert.Contains(Example.All, example => Regex.IsMatch(example.ToString(), pattern) && example.Status < 300);
    }

    [Fact]
    public void The_file_of_requests_has_each_example()
    {
        var requests = File.ReadAllText(RepositoryRoot.Combine("requests.http")) + "\n";

        Assert.All(Example.All, example => Assert.Contains($"\n{example.Method} {{{{host}}}}{example.Path}\n", requests, StringComparison.Ordinal));
    }

    [Fact]
    public void Each_block_of_the_document_is_a_part_of_an_example() =>
        Assert.Equal(Regex.Count(Example.Document, "^```\\w+$", RegexOptions.Multiline), Example.All.Count + Example.All.Count(e => e.Form.Length > 0));

    [Fact]
    public async Task The_examples_in_their_order_get_the_responses_that_are_documented()
    {
        await using var hub = await TestTaskHub.Start(stack);
        await using var database = await OwnDatabase.Create(stack);
        await using var program = await stack.StartProgram([
            database.ConnectionOver(stack.Local.Postgres.Port),
            .. hub.Settings,
            ("Models__0__Name", "gpt-4o"),
            ("Models__0__Deployment", """gpt-4o [[text="Take the night train: it leaves Vienna at 21:27."]]"""),
            ("Models__1__Name", "gpt-4o-mini"),
            ("Models__1__Deployment", """gpt-4o-mini [[text="Bread, cheese and a knife."]]"""),
        ]);
        var (user, finance) = ((await database.NewUser()).At(program.Address), database.Finance().At(program.Address));
        await database.UseInThePast(user.Id, months: 1);
        await database.Execute(
            """
            insert into chatbot.dead_letters (queue, message_id, body, attempts, last_error)
            values ('usage-events-poison', gen_random_uuid()::text, '{"version":1,"completionId":"' || gen_random_uuid() || '"}', 5, 'PostgresException 57014')
            """);
        await database.RunOperations(program);
        var ids = new Dictionary<string, string>();

        foreach (var example in Example.All)
        {
            ids = await Check(example, example.Path.StartsWith("/api/billing/", StringComparison.Ordinal) ? finance : user, ids);
        }
    }

    /// <summary>The ids that are known then. What is read may have to become so: usage is recorded a moment after an answer.</summary>
    private static async Task<Dictionary<string, string>> Check(Example example, TestUser user, Dictionary<string, string> ids)
    {
        var deadline = TimeProvider.System.GetUtcNow() + s_timeout;
        while (true)
        {
            var answer = await user.SendRaw(
                HttpMethod.Parse(example.Method),
                Real(example.Path),
                example.Body.Length == 0 ? null : Real(example.Body),
                [.. Lines(example.Headers).Select(h => (h.Name, Real(h.Value)))]);
            var values = new DocumentedValues(ids);
            var difference = (int)answer.Status != example.Status ? $"documented is {example.Status}, is {(int)answer.Status}"
                : values.Compare(Lines(example.ResponseHeaders), answer.Headers) ?? values.Compare(example.Form, example.Response, answer.Body);
            if (difference is null)
            {
                return new(values.Ids);
            }

            Assert.True(example.Method == "GET" && TimeProvider.System.GetUtcNow() < deadline, $"{example}: {difference}\n{answer.Body}");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        string Real(string text) => ids.Aggregate(text, (t, id) => t.Replace(id.Key, id.Value, StringComparison.Ordinal))
            .Replace(MonthOfTheDocument, TimeProvider.System.GetUtcNow().ToString("yyyy-MM", CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    private static IEnumerable<(string Name, string Value)> Lines(string headers) =>
        headers.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(": ", 2)).Select(h => (h[0], h[1]));
}
