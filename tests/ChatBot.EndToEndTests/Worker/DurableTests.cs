using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Local;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.EndToEndTests.Worker;

/// <summary>Orchestrations and their activities in the worker.</summary>
[Collection(typeof(WorkerCollection))]
public sealed class DurableTests(RunningWorker worker)
{
    [Fact]
    public async Task An_account_is_erased_by_an_orchestration()
    {
        var user = await worker.NewUser();
        await StreamingTests.NewChat(user);

        var begun = (await user.Delete("/api/me")).Is(HttpStatusCode.Accepted);
        var again = await user.Delete("/api/me");

        var path = begun.Headers["Location"];
        await StreamingTests.Until(async () => (await user.Get(path)).Is(HttpStatusCode.OK)["status"] == "completed", TimeSpan.FromSeconds(60));
        Assert.Equal(1, (int)(await user.Get(path)).Json["progress"]!["chats"]!);
        // The second found the first, or an account that was gone.
        Assert.True(again.Status == HttpStatusCode.Unauthorized || again["id"] == begun["id"], again.Body);
        (await user.Get("/api/chats")).IsProblem(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Fact]
    public async Task A_timer_starts_the_orchestration_that_closes_a_month()
    {
        await using (var fill = worker.Database.CreateCommand(
            "insert into billing.usage_periods (user_id, period_start, period_end, tokens) values (gen_random_uuid(), '2019-05-01Z', '2019-06-01Z', 1)"))
        {
            await fill.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var finance = worker.Stack.Tokens.Mint(LocalUser.Ada.Token() with { AppMetadata = new JsonObject { ["chatbot_role"] = "billing" } });
        var billing = new TestUser(LocalUser.Ada.Id, finance, worker.Address);

        await worker.Host.InvokeTimerAsync("StartOperations");

        await StreamingTests.Until(async () => (await billing.Get("/api/billing/periods/2019-05/archive")).Status == HttpStatusCode.OK, TimeSpan.FromSeconds(60));
        await StreamingTests.Until(async () => (await billing.Get("/api/billing/operations/close-period-2019-05"))["status"] == "completed", TimeSpan.FromSeconds(60));
        await worker.Host.InvokeTimerAsync("ForgetOperations");
    }
}
