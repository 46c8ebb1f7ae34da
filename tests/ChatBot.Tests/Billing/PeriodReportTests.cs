using System.Globalization;
using System.Net;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Billing;

public sealed class PeriodReportTests(TestStack stack)
{
    private const int ManyUsers = 5_500;

    [Fact]
    public async Task Every_user_is_in_the_report_once_also_over_many_pages_and_the_totals_are_theirs()
    {
        await Fill(2031, 3);

        var report = (await stack.Finance().Get("/api/billing/periods/2031-03")).Is(HttpStatusCode.OK).Json;
        var users = report["users"]!.AsArray();

        Assert.Equal(("2031-03", "USD"), ((string?)report["period"], (string?)report["currency"]));
        Assert.Equal(ManyUsers, users.Select(u => (string?)u!["userId"]).Distinct().Count());
        Assert.Equal(ManyUsers, users.Count);
        Assert.Equal(ManyUsers * 30L, users.Sum(u => (long)u!["tokens"]!));
        Assert.Equal(ManyUsers * 0.125m, users.Sum(u => (decimal)u!["cost"]!));
        foreach (var (name, by, keys) in new[] { ("byModel", "model", new[] { "gpt, \"quoted\"", "gpt-4o" }), ("byPurpose", "purpose", ["answer"]), ("byDay", "day", ["2031-03-01", "2031-03-31"]) })
        {
            var totals = report["totals"]![name]!.AsArray();
            Assert.Equal(keys, totals.Select(t => (string?)t![by]));
            Assert.Equal(ManyUsers * 30L, totals.Sum(t => (long)t!["inputTokens"]! + (long)t["outputTokens"]!));
            Assert.Equal(ManyUsers * 0.125m, totals.Sum(t => (decimal)t!["cost"]!));
        }
    }

    [Fact]
    public async Task As_csv_it_has_a_line_for_each_user_or_for_each_of_what_is_asked_for()
    {
        await Fill(2031, 4);

        var users = await stack.Finance().Get("/api/billing/periods/2031-04?format=csv");
        var models = (await stack.Finance().Get("/api/billing/periods/2031-04?format=csv&by=model")).Is(HttpStatusCode.OK).Body;

        Assert.StartsWith("text/csv", users.Is(HttpStatusCode.OK).Headers["Content-Type"], StringComparison.Ordinal);
        var lines = users.Body.Split("\r\n");
        Assert.Equal("user_id,period_start,period_end,status,tokens,cost,currency,own_key_tokens,statement_hash", lines[0]);
        Assert.Equal(ManyUsers + 2, lines.Length);
        Assert.All(lines[1..^1], line => Assert.Matches("^[0-9a-f-]{36},2031-04-01T00:00:00Z,2031-05-01T00:00:00Z,open,30,0\\.125,USD,0,$", line));
        Assert.Equal(
            $""""
            model,payer,calls,input_tokens,cached_input_tokens,cache_write_tokens,output_tokens,reasoning_tokens,cost,currency
            "gpt, ""quoted""",platform,{ManyUsers / 2},{ManyUsers / 2 * 10},0,0,{ManyUsers / 2 * 20},0,{(ManyUsers / 2 * 0.125m).ToString(CultureInfo.InvariantCulture)},USD
            gpt-4o,platform,{ManyUsers / 2},{ManyUsers / 2 * 10},0,0,{ManyUsers / 2 * 20},0,{(ManyUsers / 2 * 0.125m).ToString(CultureInfo.InvariantCulture)},USD

            """".ReplaceLineEndings("\r\n"),
            models);
    }

    [Fact]
    public async Task A_month_without_usage_is_an_empty_report()
    {
        var report = (await stack.Finance().Get("/api/billing/periods/2019-01")).Is(HttpStatusCode.OK).Json;

        Assert.Empty(report["users"]!.AsArray());
        Assert.Empty(report["totals"]!["byDay"]!.AsArray());
    }

    [Theory]
    [InlineData("2031-13")]
    [InlineData("2031")]
    [InlineData("2031-03?format=xml")]
    [InlineData("2031-03?format=csv&by=chat")]
    public async Task What_is_no_month_or_no_format_is_refused(string month) =>
        (await stack.Finance().Get($"/api/billing/periods/{month}")).IsProblem(HttpStatusCode.BadRequest, "invalid_request");

    [Fact]
    public async Task A_users_statements_are_listed_with_their_hashes_and_are_what_the_ledger_gives()
    {
        var user = await stack.NewUser();
        var answer = await user.Send(await user.NewChat(), "Hi. [[tokens=7]]");
        await stack.WaitUntilRecorded(answer.MessageId);
        // As if it had been over for long.
        await stack.Execute("update billing.usage_periods set period_end = period_start + interval '1 second' where user_id = $1", user.Id);
        await stack.WaitUntil(
            "with closing as (select billing.close_periods(interval '1 second', 1000)) select exists (select from billing.statements where user_id = $1) from closing", user.Id);

        var page = (await stack.Finance().Get($"/api/billing/users/{user.Id}/statements?limit=1")).Is(HttpStatusCode.OK).Json;

        var statement = Assert.Single(page["items"]!.AsArray())!;
        Assert.True((bool)statement["isReproducible"]!);
        Assert.Matches("^[0-9a-f]{64}$", (string)statement["contentHash"]!);
        var line = Assert.Single(statement["statement"]!["lines"]!.AsArray())!;
        Assert.Equal((1, 7, "answer"), ((int)line["calls"]!, (int)line["outputTokens"]!, (string?)line["purpose"]));
        Assert.Null(page["nextCursor"]);
    }

    /// <summary>A month that nobody else uses: 10 and 20 tokens for an eighth of the currency each, on its first or its last day.</summary>
    private async Task Fill(int year, int month)
    {
        var start = new DateTime(year, month, 1, 0, 0, 0, DateTimeKind.Utc);
        await stack.Execute(
            """
            with users as (
              insert into billing.usage_periods (user_id, period_start, period_end, tokens, cost)
              select gen_random_uuid(), $1, $2, 30, 0.125
              from generate_series(1, $3)
              returning user_id
            )
            insert into billing.usage_daily (user_id, day, model, purpose, payer, calls, input_tokens, output_tokens, cost)
            select user_id, case n % 2 when 0 then $1::date else ($2 - interval '1 day')::date end, case n % 2 when 0 then 'gpt-4o' else 'gpt, "quoted"' end,
              'answer', 'platform', 1, 10, 20, 0.125
            from (select user_id, row_number() over () as n from users) numbered
            """,
            start,
            start.AddMonths(1),
            ManyUsers);
    }
}
