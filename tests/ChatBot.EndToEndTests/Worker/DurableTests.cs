using System.Net;
using System.Text.Json.Nodes;
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

        var billing = worker.Billing();

        await worker.Host.InvokeTimerAsync("StartOperations");

        await StreamingTests.Until(async () => (await billing.Get("/api/billing/periods/2019-05/archive")).Status == HttpStatusCode.OK, TimeSpan.FromSeconds(60));
        await StreamingTests.Until(async () => (await billing.Get("/api/billing/operations/close-period-2019-05"))["status"] == "completed", TimeSpan.FromSeconds(60));
        await worker.Host.InvokeTimerAsync("ForgetOperations");
    }

    [Fact]
    public async Task A_timer_starts_the_orchestration_that_encrypts_keys_anew()
    {
        var user = await worker.NewUser();
        (await user.Put("/api/preferences/openai-key", new JsonObject { ["key"] = "sk-own-0123456789abcdef" })).Is(HttpStatusCode.OK);
        // Of a data key that is not there.
        await using (var age = worker.Database.CreateCommand("update chatbot.provider_keys set key_version = 7 where user_id = $1"))
        {
            age.Parameters.Add(new() { Value = user.Id });
            Assert.Equal(1, await age.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }

        await worker.Host.InvokeTimerAsync("StartOperations");

        const string path = "/api/billing/operations/reencrypt-keys-1";
        await StreamingTests.Until(async () => (await worker.Billing().Get(path)) is { Status: HttpStatusCode.OK } found && found["status"] == "completed", TimeSpan.FromSeconds(60));
        Assert.Equal(1, (int)(await worker.Billing().Get(path)).Json["progress"]!["unreadable"]!);
        (await user.Delete("/api/preferences/openai-key")).Is(HttpStatusCode.NoContent);
    }
}
