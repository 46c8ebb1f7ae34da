using System.Text.Json.Nodes;
using ChatBot.Functions.Completions;
using ChatBot.Shared.Queues;
using ChatBot.Tests.Database;
using ChatBot.Tests.Stack;
using ChatBot.Tests.Telemetry.Otlp;
using Xunit;

namespace ChatBot.Tests.Telemetry;

/// <summary>What happens to an answer after its request is in the trace of that request, whoever does it.</summary>
public sealed class ContinuedTraceTests(TestStack stack)
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    [Theory]
    [InlineData("01", 1)]
    [InlineData("00", 0)]
    public async Task A_delivery_goes_on_with_the_messages_trace_and_sampling(string flags, int sampled)
    {
        await using var program = await TracedProgram.Start(stack, ProgramWithoutTriggers.TriggersOff(but: nameof(PersistAssistantMessage)));
        var completion = await HalfCompletion.Begin(stack);
        Assert.True(await completion.Finish(null));

        var wakeUp = new JsonObject { ["version"] = 1, ["completionId"] = completion.Id, ["traceParent"] = $"00-{Trace}-00f067aa0ba902b7-{flags}" };
        await program.Account.Put(QueueNames.AssistantMessages, wakeUp.ToJsonString());
        await program.Account.WaitUntilEmpty(QueueNames.AssistantMessages);
        await program.End();

        var spans = program.Collector.Spans;
        Assert.Equal(sampled, spans.Count(s => s.Name == "process assistant-messages"));
        Assert.All(spans, s => Assert.Equal(Trace, s.TraceId));
        Assert.All(spans.Where(s => s.Kind == SpanKind.Consumer), s => Assert.Equal("00f067aa0ba902b7", s.ParentId));
        Assert.DoesNotContain(spans, s => s.Kind == SpanKind.Server);
        var age = Assert.Single(program.Collector.Points, p => p.Metric == "chatbot.queue.age");
        Assert.InRange(age.Sum, 0, 60);
    }

    [Fact]
    public async Task A_message_of_no_trace_begins_one()
    {
        await using var program = await TracedProgram.Start(stack, ProgramWithoutTriggers.TriggersOff(but: nameof(PersistAssistantMessage)));
        var completion = await HalfCompletion.Begin(stack);
        Assert.True(await completion.Finish(null));

        var wakeUp = new JsonObject { ["version"] = 1, ["completionId"] = completion.Id };
        await program.Account.Put(QueueNames.AssistantMessages, wakeUp.ToJsonString());
        await program.Account.WaitUntilEmpty(QueueNames.AssistantMessages);
        await program.End();

        Assert.Equal("", Assert.Single(program.Collector.Spans, s => s.Name == "process assistant-messages").ParentId);
    }

    [Fact]
    public async Task An_answer_that_died_with_its_process_is_ended_in_the_trace_of_its_request()
    {
        await using var database = await OwnDatabase.Create(stack);
        var connection = database.ConnectionOver(stack.Local.Postgres.Port);
        await using var dying = await TracedProgram.Start(stack, [connection, .. ProgramWithoutTriggers.TriggersOff()]);
        await using var program = await TracedProgram.Start(stack, connection);
        var user = (await database.NewUser()).At(dying.Address);
        var sending = user.Post($"/api/chats/{await user.NewChat()}/stream", StackExtensions.SendBody("Go. [[tokens=600 delay=20ms]]"));
        await stack.WaitUntil(async () => await database.Scalar<bool>("select exists (select from chatbot.completions where state = 'streaming')"));
        await dying.App.KillAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => sending);
        await database.Execute("update chatbot.completions set lease_expires_at = now() - interval '1 second'");

        await stack.WaitUntil(async () => await database.Scalar<bool>("select persisted_at is not null from chatbot.completions"));
        await program.End();

        var trace = (await database.Scalar<string>("select trace_parent from chatbot.completions"))!.Split('-')[1];
        var spans = program.Collector.Spans;
        var send = Assert.Single(spans, s => s.Name == "send assistant-messages");
        var persist = Assert.Single(spans, s => s.Name == "process assistant-messages");
        Assert.Equal((trace, trace, send.Id), (send.TraceId, persist.TraceId, persist.ParentId));
        var ended = Assert.Single(program.Collector.Points, p => p.Metric == "chatbot.completions.ended");
        Assert.Equal(("interrupted", 1d), (ended["chatbot.end"]!, ended.Sum));
    }
}
