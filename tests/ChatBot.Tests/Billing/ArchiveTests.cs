using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Azure.Storage.Blobs;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Billing;

public sealed class ArchiveTests(TestStack stack)
{
    [Fact]
    public async Task A_month_is_closed_in_batches_and_archived_with_hashes()
    {
        await using var hub = await TestTaskHub.Start(stack);
        await using var database = await OwnDatabase.Create(stack, hub.Settings);
        var finance = database.Finance();
        await database.Execute(
            """
            insert into billing.usage_periods (user_id, period_start, period_end, tokens, cost)
            select gen_random_uuid(), '2025-03-01Z', '2025-04-01Z', 30, 0.125
            from generate_series(1, 1100)
            """);

        await database.RunOperations();
        await database.RunOperations();

        var operation = (await finance.Get("/api/billing/operations/close-period-2025-03")).Is(HttpStatusCode.OK).Json;
        Assert.Equal(("completed", 1100), ((string?)operation["status"], (int)operation["progress"]!["periods"]!));
        Assert.Equal(0L, await database.Scalar<long>("select count(*) from billing.usage_periods where status <> 'closed'"));
        var month = Assert.Single((await finance.Get("/api/billing/periods")).Is(HttpStatusCode.OK).Json["items"]!.AsArray())!;
        Assert.Equal("2025-03", (string?)month["month"]);
        foreach (var format in (string[])["json", "csv"])
        {
            var file = month["files"]!.AsArray().Single(f => (string?)f!["format"] == format)!;
            var report = (await finance.Get($"/api/billing/periods/2025-03?format={format}")).Is(HttpStatusCode.OK).Body;
            var archived = (await finance.Get($"/api/billing/periods/2025-03/archive?format={format}")).Is(HttpStatusCode.OK).Body;
            Assert.Equal(WithoutUsers(report), archived);
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(archived))), (string?)file["sha256"]);
            Assert.Equal(Encoding.UTF8.GetByteCount(archived), (int)file["bytes"]!);
            var blob = new BlobContainerClient(hub.Storage.ConnectionString, "billing-archive").GetBlobClient((string)file["name"]!);
            Assert.Equal(archived, (await blob.DownloadContentAsync(TestContext.Current.CancellationToken)).Value.Content.ToString());
        }

        var facts = JsonNode.Parse((await database.Scalar<string>("select facts::text from billing.usage_alerts where kind = 'period_archived'"))!)!;
        Assert.Equal("2025-03", (string?)facts["month"]);
        Assert.Equal(2, facts["files"]!.AsArray().Count);
    }

    private static string WithoutUsers(string report) =>
        Regex.Replace(report.Replace("user_id,", "", StringComparison.Ordinal), "\"userId\":\"[0-9a-f-]{36}\",|^[0-9a-f-]{36},", "", RegexOptions.Multiline);

    [Fact]
    public async Task Months_are_archived_one_by_one_and_then_nothing_is_left_to_do()
    {
        await using var hub = await TestTaskHub.Start(stack);
        await using var database = await OwnDatabase.Create(stack, hub.Settings);
        await database.UseInThePast(Guid.NewGuid(), months: 3);

        for (var n = 0; n < 4; n++)
        {
            await database.RunOperations();
        }

        Assert.Equal("2025-03-01 2025-04-01 2025-05-01", await database.Scalar<string>("select string_agg(month::text, ' ' order by month) from billing.archived_periods"));
        Assert.Equal(3L, await database.Scalar<long>("select count(*) from chatbot.operations"));
    }

    [Fact]
    public async Task A_month_in_which_a_period_may_still_begin_is_closed_and_not_archived()
    {
        await using var hub = await TestTaskHub.Start(stack);
        await using var database = await OwnDatabase.Create(stack, hub.Settings);
        var user = await database.NewUser();
        await database.Execute("insert into billing.user_plans (user_id, plan_id, period_anchor_day) values ($1, 'free', 15)", user.Id);
        await database.Execute(
            """
            insert into billing.usage_periods (user_id, period_start, period_end)
            select $1, s at time zone 'UTC', (s + interval '1 month') at time zone 'UTC'
            from (select date_trunc('month', now() at time zone 'UTC') - interval '1 month') m (s)
            """,
            Guid.NewGuid());
        await database.Execute("update billing.usage_periods set period_end = period_end - interval '3 days'");

        await database.RunOperations();

        Assert.Equal("closed", await database.Scalar<string>("select status from billing.usage_periods"));
        Assert.Equal(0L, await database.Scalar<long>("select count(*) from billing.archived_periods"));
        await database.Execute("delete from billing.user_plans");
        await database.RunOperations();
        Assert.Equal(1L, await database.Scalar<long>("select count(*) from billing.archived_periods"));
    }

    [Theory]
    [InlineData("2025-13/archive", HttpStatusCode.BadRequest, "invalid_request")]
    [InlineData("2025-03/archive?format=xml", HttpStatusCode.BadRequest, "invalid_request")]
    [InlineData("2001-03/archive", HttpStatusCode.NotFound, "not_found")]
    public async Task What_is_not_archived_is_not_found(string path, HttpStatusCode status, string code) =>
        (await stack.Finance().Get($"/api/billing/periods/{path}")).IsProblem(status, code);
}
