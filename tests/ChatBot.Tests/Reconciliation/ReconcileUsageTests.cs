using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Reconciliation;

public sealed class ReconcileUsageTests(TestStack stack)
{
    [Fact]
    public async Task A_days_use_is_compared_per_model_with_the_snapshots_that_the_provider_names()
    {
        await using var openAI = await ReconciliationDatabase.StartOpenAI();
        await using var database = await OwnDatabase.Create(stack, ReconciliationDatabase.Settings(openAI));
        await database.Used("gpt-4o", 60_000, 12_000, 100);
        await database.Used("gpt-4o", 30_000, 8_000, 35);
        await database.Used("gpt-4.1", 700, 300, 4);
        await database.Used("gpt-4o-mini", 36_000, 9_000, 70);

        await database.Reconcile();

        Assert.Equal(
            [
                "gpt-4.1: 700+300 in 4, 700+300 in 4, 1",
                "gpt-4o: 90000+20000 in 135, 90000+20000 in 135, 1",
                "gpt-4o-mini: 36000+9000 in 70, 40000+10000 in 77, 0.9",
                "o3-2025-04-16: 0+0 in 0, 500+100 in 1, 0",
            ],
            await database.Rows());
        Assert.Equal(
            ["reconciliation:openai:2026-11-23:gpt-4o-mini", "reconciliation:openai:2026-11-23:o3-2025-04-16"], await database.Alerts());
    }

    [Fact]
    public async Task OpenAI_is_asked_with_the_admin_key_for_the_day_by_model()
    {
        await using var openAI = await ReconciliationDatabase.StartOpenAI();
        await using var database = await OwnDatabase.Create(
            stack, [.. ReconciliationDatabase.Settings(openAI), ("Reconciliation__OpenAIProjects", "proj_one, proj_two")]);

        await database.Reconcile();

        Assert.Equal(["2026-11-22", "2026-11-23", "2026-11-23 next"], ReconciliationDatabase.Asked(openAI));
        Assert.All(openAI.Requests, request =>
        {
            Assert.Equal(("GET", "/v1/organization/usage/completions"), (request.Method, request.Path));
            Assert.Equal($"Bearer {ReconciliationDatabase.AdminKey}", request.Headers["Authorization"]);
            var query = ReconciliationDatabase.QueryOf(request);
            Assert.Equal(("1d", "model", "1", "proj_one,proj_two"), (query["bucket_width"], query["group_by"], query["limit"], query["project_ids"]));
            Assert.Equal(86_400, long.Parse(query["end_time"]!, null) - long.Parse(query["start_time"]!, null));
        });
    }

    [Fact]
    public async Task An_alert_tells_both_figures()
    {
        await using var openAI = await ReconciliationDatabase.StartOpenAI();
        await using var database = await OwnDatabase.Create(stack, ReconciliationDatabase.Settings(openAI));
        await database.Used("gpt-4o-mini", 36_000, 9_000, 70);

        await database.Reconcile();

        var facts = JsonNode.Parse((await database.Scalar<string>(
            "select facts::text from billing.usage_alerts where alert_key = 'reconciliation:openai:2026-11-23:gpt-4o-mini' and user_id is null"))!)!;
        var expected = JsonNode.Parse(
            """
            {
              "provider": "openai", "day": "2026-11-23", "model": "gpt-4o-mini", "ratio": 0.9,
              "ours": {"inputTokens": 36000, "outputTokens": 9000, "requests": 70},
              "theirs": {"inputTokens": 40000, "outputTokens": 10000, "requests": 77}
            }
            """);
        Assert.True(JsonNode.DeepEquals(expected, facts), facts.ToJsonString());
    }

    [Theory]
    [InlineData(990, null, false)]
    [InlineData(989, null, true)]
    [InlineData(1_010, null, false)]
    [InlineData(1_011, null, true)]
    [InlineData(900, "0.9", false)]
    [InlineData(899, "0.9", true)]
    [InlineData(1_111, "0.9", false)]
    [InlineData(1_112, "0.9", true)]
    [InlineData(1_000, "1", false)]
    [InlineData(0, null, true)]
    public async Task Figures_are_off_below_the_least_ratio_and_above_its_inverse(long ours, string? least, bool isOff)
    {
        await using var openAI = await ReconciliationDatabase.StartOpenAI();
        await using var database = await OwnDatabase.Create(
            stack, [.. ReconciliationDatabase.Settings(openAI), ("Reconciliation__LeastRatio", least ?? "")]);
        await database.Used("gpt-4.1", ours, 0, 4);

        await database.Reconcile();

        Assert.Equal(isOff, (await database.Alerts()).Contains("reconciliation:openai:2026-11-23:gpt-4.1"));
    }

    [Fact]
    public async Task Use_that_the_provider_knows_nothing_of_is_off()
    {
        await using var openAI = await ReconciliationDatabase.StartOpenAI();
        await using var database = await OwnDatabase.Create(stack, ReconciliationDatabase.Settings(openAI));
        await database.Used("gpt-4.1-nano", 10, 5, 1);

        await database.Reconcile();

        Assert.Contains("gpt-4.1-nano: 10+5 in 1, 0+0 in 0, ?", await database.Rows());
        Assert.Contains("reconciliation:openai:2026-11-23:gpt-4.1-nano", await database.Alerts());
    }

    [Fact]
    public async Task Use_on_users_own_keys_and_at_another_provider_is_not_on_this_bill()
    {
        await using var openAI = await ReconciliationDatabase.StartOpenAI();
        await using var database = await OwnDatabase.Create(
            stack,
            [
                .. ReconciliationDatabase.Settings(openAI),
                ("Models__0__Name", "gpt-4.1"),
                ("Models__1__Name", "gpt-4o-there"),
                ("Models__1__Provider", "azure"),
            ]);
        await database.Used("gpt-4.1", 700, 300, 4);
        await database.Used("gpt-4.1", 5_000, 5_000, 9, payer: "own_key");
        await database.Used("gpt-4o-there", 5_000, 5_000, 9);

        await database.Reconcile();

        Assert.Contains("gpt-4.1: 700+300 in 4, 700+300 in 4, 1", await database.Rows());
        Assert.DoesNotContain(await database.Rows(), row => row.StartsWith("gpt-4o-there", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_model_that_was_taken_out_of_the_settings_since_is_still_compared()
    {
        await using var openAI = await ReconciliationDatabase.StartOpenAI();
        await using var database = await OwnDatabase.Create(
            stack, [.. ReconciliationDatabase.Settings(openAI), ("Models__0__Name", "gpt-4.1"), ("Models__1__Name", "quick"), ("Models__1__Deployment", "gpt-4o-mini")]);
        await database.Used("gpt-4o", 90_000, 20_000, 135);
        await database.Used("quick", 40_000, 10_000, 77);
        await database.Used("gone-and-never-theirs", 1, 1, 1);

        await database.Reconcile();

        Assert.Equal(
            [
                "gpt-4.1: 0+0 in 0, 700+300 in 4, 0",
                "gpt-4o: 90000+20000 in 135, 90000+20000 in 135, 1",
                "o3-2025-04-16: 0+0 in 0, 500+100 in 1, 0",
                "quick: 40000+10000 in 77, 40000+10000 in 77, 1",
            ],
            await database.Rows());
    }

    [Fact]
    public async Task A_comparison_that_is_made_again_takes_the_place_of_the_first_and_raises_no_alert_twice()
    {
        await using var openAI = await ReconciliationDatabase.StartOpenAI();
        await using var database = await OwnDatabase.Create(stack, ReconciliationDatabase.Settings(openAI));
        await database.Used("gpt-4.1-nano", 10, 5, 1);
        await database.Reconcile();
        var before = await database.Alerts();
        await database.Execute("delete from billing.usage_daily");
        await database.Used("gpt-4o-mini", 40_000, 10_000, 77);

        await database.Execute("delete from billing.reconciliation_runs");
        await database.Reconcile();

        Assert.Equal(before, await database.Alerts());
        Assert.DoesNotContain(await database.Rows(), row => row.StartsWith("gpt-4.1-nano", StringComparison.Ordinal));
        Assert.Contains("gpt-4o-mini: 40000+10000 in 77, 40000+10000 in 77, 1", await database.Rows());
    }
}
