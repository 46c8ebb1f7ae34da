using System.Net;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Reconciliation;

public sealed class ReconciliationScheduleTests(TestStack stack)
{
    [Theory]
    [InlineData("2026-11-24T05:59:59Z", "2026-11-21", "2026-11-22")]
    [InlineData("2026-11-24T06:00:00Z", "2026-11-22", "2026-11-23")]
    [InlineData("2026-11-24T23:59:59Z", "2026-11-22", "2026-11-23")]
    public async Task The_last_two_days_are_compared_once_they_are_over_for_six_hours(string now, string first, string second)
    {
        await using var openAI = await ReconciliationDatabase.StartOpenAI();
        await using var database = await OwnDatabase.Create(stack, ReconciliationDatabase.Settings(openAI));

        await database.Reconcile(now);

        Assert.Equal([first, second], ReconciliationDatabase.Asked(openAI).Where(a => !a.EndsWith("next", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_day_that_is_done_is_not_asked_about_again_even_if_nothing_was_used()
    {
        await using var openAI = await ReconciliationDatabase.StartOpenAI();
        await using var database = await OwnDatabase.Create(stack, ReconciliationDatabase.Settings(openAI));
        await database.Reconcile();
        await database.Execute("update billing.reconciliation_runs set attempted_at = now() - interval '2 hours'");

        await database.Reconcile();

        Assert.Equal(["2026-11-22", "2026-11-23", "2026-11-23 next"], ReconciliationDatabase.Asked(openAI));
    }

    [Fact]
    public async Task Two_instances_at_once_ask_once()
    {
        await using var openAI = await ReconciliationDatabase.StartOpenAI();
        await using var database = await OwnDatabase.Create(stack, ReconciliationDatabase.Settings(openAI));
        var other = await database.StartProgram(ReconciliationDatabase.Settings(openAI));

        await Task.WhenAll(database.Reconcile(), database.Reconcile(program: other));

        Assert.Equal(["2026-11-22", "2026-11-23", "2026-11-23 next"], ReconciliationDatabase.Asked(openAI).Order());
    }

    [Fact]
    public async Task After_a_failure_it_is_tried_again_an_hour_later()
    {
        var isDown = true;
        await using var openAI = await HttpStandIn.Start((request, http) =>
        {
            http.Response.StatusCode = isDown ? (int)HttpStatusCode.ServiceUnavailable : (int)HttpStatusCode.OK;
            return http.Response.WriteAsync(isDown ? "" : ReconciliationDatabase.Answer(request));
        });
        await using var database = await OwnDatabase.Create(stack, ReconciliationDatabase.Settings(openAI));

        await database.Reconcile();
        Assert.Equal(["openai 2026-11-22 HTTP 503", "openai 2026-11-23 HTTP 503"], await Runs(database));
        isDown = false;
        await database.Reconcile();
        Assert.Equal(2, openAI.Requests.Count);
        await database.Execute("update billing.reconciliation_runs set attempted_at = now() - interval '61 minutes'");
        await database.Reconcile();

        Assert.Equal(["openai 2026-11-22 done", "openai 2026-11-23 done"], await Runs(database));
        Assert.NotEmpty(await database.Rows());
    }

    [Theory]
    [InlineData("")]
    [InlineData("<!doctype html>")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"data": {}, "has_more": false}""")]
    [InlineData("""{"data": [{"start_time": "today", "results": []}], "has_more": false}""")]
    [InlineData("""{"data": [{"start_time": 1795392000, "results": [{"model": "gpt-4o"}]}], "has_more": false}""")]
    [InlineData("""{"data": [{"start_time": 1795392000, "results": [{"model": "gpt-4o", "input_tokens": 1.5, "output_tokens": 1, "num_model_requests": 1}]}], "has_more": false}""")]
    [InlineData("""{"data": [], "has_more": "yes"}""")]
    public async Task An_answer_of_another_form_is_a_failure_and_nothing_is_kept_of_it(string answer)
    {
        await using var openAI = await HttpStandIn.Start((_, http) => http.Response.WriteAsync(answer));
        await using var database = await OwnDatabase.Create(stack, ReconciliationDatabase.Settings(openAI));
        await database.Used("gpt-4o", 1_000, 1_000, 1);

        await database.Reconcile();

        Assert.Contains("openai 2026-11-23 The answer has not the documented form.", await Runs(database));
        Assert.Empty(await database.Rows());
        Assert.Empty(await database.Alerts());
    }

    [Fact]
    public async Task Pages_without_end_are_a_failure()
    {
        await using var openAI = await HttpStandIn.Start((_, http) => http.Response.WriteAsync("""{"data": [], "has_more": true, "next_page": "again"}"""));
        await using var database = await OwnDatabase.Create(stack, ReconciliationDatabase.Settings(openAI));

        await database.Reconcile();

        Assert.Contains("openai 2026-11-23 The pages do not end.", await Runs(database));
    }

    [Fact]
    public async Task Without_an_admin_key_nobody_is_asked()
    {
        await using var openAI = await ReconciliationDatabase.StartOpenAI();
        await using var database = await OwnDatabase.Create(stack, ("OpenAI__Endpoint", $"{openAI.Url}/v1"));

        await database.Reconcile();

        Assert.Empty(openAI.Requests);
        Assert.Empty(await Runs(database));
    }

    [Fact]
    public async Task It_is_one_of_the_timers_jobs()
    {
        await using var openAI = await ReconciliationDatabase.StartOpenAI();
        await using var database = await OwnDatabase.Create(stack, ReconciliationDatabase.Settings(openAI));

        await database.RunTimer();

        Assert.Equal(2, (await Runs(database)).Length);
    }

    private static async Task<string[]> Runs(OwnDatabase database) => await database.Scalar<string[]>(
        """
        select array_agg(format('%s %s %s', provider, day, coalesce(last_error, case when completed_at is null then 'open' else 'done' end)) order by day)
        from billing.reconciliation_runs
        """) ?? [];
}
