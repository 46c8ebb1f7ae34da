using System.Collections.Specialized;
using System.Globalization;
using System.Web;
using ChatBot.Functions.Reconciliation;
using ChatBot.Local;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Reconciliation;

/// <summary>A ledger of a test's own, and a stand-in for OpenAI's usage API with a recorded answer for 2026-11-23 in two pages.</summary>
internal static class ReconciliationDatabase
{
    public const string AdminKey = "sk-admin-0123456789";

    public static DateOnly Day { get; } = new(2026, 11, 23);

    private const string Nothing = """{"object": "page", "data": [], "has_more": false, "next_page": null}""";

    public static Task<HttpStandIn> StartOpenAI() => HttpStandIn.Start((request, http) => http.Response.WriteAsync(Answer(request)));

    public static (string Name, string Value)[] Settings(HttpStandIn openAI) =>
        [("OpenAI__Endpoint", $"{openAI.Url}/v1"), ("Reconciliation__OpenAIAdminKey", AdminKey)];

    public static string Answer(ReceivedRequest request) => QueryOf(request) switch
    {
        { } query when query["start_time"] != "1795392000" => Nothing,
        { } query when query["page"] is null => Recorded("openai-usage-1.json"),
        { } query when query["page"] == "page_AAAAAGkjEgAiJdKOAAAAAGkkY4A=" => Recorded("openai-usage-2.json"),
        _ => throw new InvalidOperationException($"Nobody was given this page: {request.Query}"),
    };

    public static NameValueCollection QueryOf(ReceivedRequest request) => HttpUtility.ParseQueryString(request.Query);

    public static string Recorded(string file) =>
        File.ReadAllText(RepositoryRoot.Combine("tests", "ChatBot.Tests", "Reconciliation", file));

    /// <summary>What the timer does at that time of the day after.</summary>
    public static Task Reconcile(this OwnDatabase database, string at = "2026-11-24T07:00:00Z", TestProgram? program = null) =>
        ActivatorUtilities.CreateInstance<ReconcileUsage>(
            (program ?? database.Program).Services, new StoppedTime(DateTimeOffset.Parse(at, CultureInfo.InvariantCulture)))
            .Run(new(), TestContext.Current.CancellationToken);

    public static Task Used(
        this OwnDatabase database, string model, long input, long output, long calls, string payer = "platform", DateOnly? day = null) => database.Execute(
        """
        insert into billing.usage_daily (user_id, day, model, purpose, payer, calls, input_tokens, output_tokens)
        values (gen_random_uuid(), $1, $2, 'chat', $3, $4, $5, $6)
        """,
        day ?? Day,
        model,
        payer,
        calls,
        input,
        output);

    /// <summary>A line per row: model, our input, output and requests, theirs, the ratio.</summary>
    public static async Task<string[]> Rows(this OwnDatabase database, DateOnly? day = null) => await database.Scalar<string[]>(
        """
        select array_agg(
          format('%s: %s+%s in %s, %s+%s in %s, %s', model, input_tokens, output_tokens, requests,
            provider_input_tokens, provider_output_tokens, coalesce(provider_requests::text, '?'), coalesce(trim_scale(ratio)::text, '?'))
          order by model
        )
        from billing.reconciliations
        where day = $1
        """,
        day ?? Day) ?? [];

    /// <summary>The keys of the alerts.</summary>
    public static async Task<string[]> Alerts(this OwnDatabase database) =>
        await database.Scalar<string[]>("select array_agg(alert_key order by alert_key) from billing.usage_alerts where kind = 'reconciliation'") ?? [];

    /// <summary>The requests that OpenAI got, as days and pages.</summary>
    public static string[] Asked(HttpStandIn openAI) =>
        [.. openAI.Requests.Select(QueryOf).Select(q => $"{DateTimeOffset.FromUnixTimeSeconds(long.Parse(q["start_time"]!, null)):yyyy-MM-dd}{(q["page"] is null ? "" : " next")}")];

    private sealed class StoppedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
