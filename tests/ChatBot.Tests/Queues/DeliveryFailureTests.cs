using System.Net;
using System.Security.Cryptography;
using System.Text;
using Azure;
using ChatBot.Functions.Queues;
using ChatBot.Tests.Billing;
using ChatBot.Tests.Database;
using ChatBot.Tests.Stack;
using Npgsql;
using Xunit;

namespace ChatBot.Tests.Queues;

public sealed class DeliveryFailureTests(TestStack stack) : IAsyncLifetime
{
    private const string Noted = "select count(*) from chatbot.failed_deliveries where queue = 'usage-events' and body_hash = $1";

    private TestProgram _program = null!;

    public async ValueTask InitializeAsync() => _program = await stack.StartWithoutTriggers();

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    [Fact]
    public async Task A_dead_letter_says_how_often_and_why_it_failed()
    {
        var completion = Guid.NewGuid();
        var body = $$"""{"version":1,"completionId":"{{completion}}"}""";
        for (var delivery = 1; delivery <= 5; delivery++)
        {
            await Assert.ThrowsAsync<InvalidDataException>(() => _program.Deliver("RecordUsage", body, delivery));
        }

        // Which is delivered at least once, too.
        var message = $"{Guid.NewGuid()}";
        await _program.Deliver("KeepDeadUsageEvent", body, 1, message);
        await _program.Deliver("KeepDeadUsageEvent", body, 2, message);

        var letters = (await stack.Finance().Get("/api/billing/dead-letters?limit=100")).Is(HttpStatusCode.OK).Json["items"]!.AsArray();
        var letter = Assert.Single(letters, l => (string?)l!["messageId"] == message)!;
        Assert.Equal(5, (int?)letter["attempts"]);
        Assert.Equal($"InvalidDataException: The usage of completion {completion} cannot be recorded: there is no such completion.", (string?)letter["lastError"]);
        Assert.Equal(0L, await stack.Scalar<long>(Noted, SHA256.HashData(Encoding.UTF8.GetBytes(body))));
    }

    [Fact]
    public async Task What_is_handled_after_all_leaves_no_failure_behind()
    {
        var late = await HalfCompletion.Begin(stack);
        var body = $$"""{"version":1,"completionId":"{{late.Id}}"}""";
        await stack.Execute(
            "insert into chatbot.failed_deliveries (queue, body_hash, attempts, last_error) values ('usage-events', $1, 1, 'TimeoutException')",
            SHA256.HashData(Encoding.UTF8.GetBytes(body)));

        Assert.True(await late.Finish(new(10, 0, 2, 0)));
        await _program.Deliver("PersistAssistantMessage", body, 1);
        await _program.Deliver("RecordUsage", body, 2);

        Assert.Equal(0L, await stack.Scalar<long>(Noted, SHA256.HashData(Encoding.UTF8.GetBytes(body))));
    }

    [Fact]
    public async Task Of_a_message_that_no_function_saw_nothing_is_known()
    {
        var message = $"{Guid.NewGuid()}";
        await _program.Deliver("KeepDeadUsageEvent", $"{Guid.NewGuid()}", 1, message);

        Assert.True(await stack.Scalar<bool>("select attempts is null and last_error is null from chatbot.dead_letters where message_id = $1", message));
    }

    [Fact]
    public void A_failure_is_described_without_what_others_wrote()
    {
        const string canary = "canary";

        Assert.Equal("PostgresException 23505 chats_pkey", DeliveryFailures.Describe(new PostgresException(canary, "ERROR", "ERROR", "23505", detail: canary, constraintName: "chats_pkey")));
        Assert.Equal("PostgresException 22P02", DeliveryFailures.Describe(new PostgresException(canary, "ERROR", "ERROR", "22P02")));
        Assert.Equal("RequestFailedException 409 LeaseLost", DeliveryFailures.Describe(new RequestFailedException(409, canary, "LeaseLost", null)));
        Assert.Equal("KeyNotFoundException", DeliveryFailures.Describe(new KeyNotFoundException(canary)));
        Assert.Equal(500, DeliveryFailures.Describe(new InvalidDataException(new string('x', 600))).Length);
    }
}
