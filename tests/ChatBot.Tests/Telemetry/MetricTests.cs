using System.Net;
using ChatBot.Functions.Maintenance;
using ChatBot.Shared.Queues;
using ChatBot.Tests.Database;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Telemetry;

public sealed class MetricTests(TestStack stack)
{
    [Fact]
    public async Task What_happens_to_answers_is_counted_and_timed()
    {
        await using var program = await TracedProgram.Start(stack);
        var user = await program.NewUser();

        var whole = await user.Send(await user.NewChat(), $"{Guid.NewGuid()} [[status=503 times=1 tokens=9]]");
        var cut = await user.Send(await user.NewChat(), "Go. [[tokens=50 cut=5]]");
        (await user.Post($"/api/chats/{await user.NewChat()}/stream", StackExtensions.SendBody("Go. [[status=401]]"))).Is(HttpStatusCode.BadGateway);
        await stack.WaitUntil("select count(*) = 3 from chatbot.completions where user_id = $1 and recorded_at is not null", user.Id);
        var used = (await user.Get("/api/usage/events")).Json["items"]!.AsArray().Single(e => (string?)e!["completionId"] == whole.MessageId.ToString())!;
        await program.End();

        var points = program.Collector.Points;
        Assert.Equal(
            [("failed", 1d), ("finished", 1d), ("interrupted", 1d)],
            points.Where(p => p.Metric == "chatbot.completions.ended").Select(p => (p["chatbot.end"]!, p.Sum)).Order());
        Assert.Equal(1, Assert.Single(points, p => p.Metric == "chatbot.model.retries").Sum);
        Assert.Equal(0, Assert.Single(points, p => p.Metric == "chatbot.streams.active").Sum);
        Assert.True(Assert.Single(points, p => p.Metric == "chatbot.drafts.flush.duration").Count > 0);
        Assert.Equal(2, Assert.Single(points, p => p.Metric == "gen_ai.server.time_to_first_token").Count);
        Assert.Equal(
            [1, 1, 1, 1],
            points.Where(p => p.Metric == "gen_ai.client.operation.duration").Select(p => p.Count));
        Assert.Equal(
            [("input", (double)used["inputTokens"]!), ("output", 9)],
            points.Where(p => p.Metric == "gen_ai.client.token.usage").Select(p => (p["gen_ai.token.type"]!, p.Sum)).Order());
        Assert.Equal(
            [(QueueNames.AssistantMessages, 3L), (QueueNames.UsageEvents, 3L)],
            points.Where(p => p.Metric == "chatbot.queue.age").Select(p => (p["chatbot.queue"]!, p.Count)).Order());
        Assert.NotEqual(cut.MessageId, whole.MessageId);
        Assert.Contains(points, p => p.Metric == "http.server.request.duration" && p["http.route"] == "/api/chats/{chatId}/stream" && p["http.response.status_code"] == "502");
        Assert.DoesNotContain(points, p => p.Attributes.Values.Any(value => value.Contains($"{user.Id}", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_refusal_is_counted_under_the_cap_that_had_no_room()
    {
        await using var program = await TracedProgram.Start(stack);
        var (tokens, streams) = (await program.NewUser(), await program.NewUser());
        await stack.SetCaps(tokens, tokenCap: 10);
        await stack.Execute("insert into billing.user_plans (user_id, plan_id, concurrent_streams) values ($1, 'free', 1)", streams.Id);

        (await tokens.Post($"/api/chats/{await tokens.NewChat()}/stream", StackExtensions.SendBody("Go."))).IsProblem(HttpStatusCode.TooManyRequests, "usage_cap_exceeded");
        // What is only asked about is not refused.
        (await tokens.Post("/api/usage/estimate", StackExtensions.SendBody("Go."))).Is(HttpStatusCode.OK);
        var running = streams.Send(await streams.NewChat(), "Go. [[tokens=100 delay=20ms]]");
        await stack.WaitUntil("select exists (select from chatbot.completions where user_id = $1 and state = 'streaming')", streams.Id);
        (await streams.Post($"/api/chats/{await streams.NewChat()}/stream", StackExtensions.SendBody("Go."))).IsProblem(HttpStatusCode.TooManyRequests, "too_many_streams");
        await running;
        await program.End();

        Assert.Equal(
            [("streams", "streams", 1d), ("tokens", "cap", 1d)],
            program.Collector.Points.Where(p => p.Metric == "chatbot.cap.refusals").Select(p => (p["chatbot.cap"]!, p["chatbot.refusal.kind"]!, p.Sum)).Order());
    }

    [Fact]
    public async Task What_waits_while_no_queue_function_runs_is_measured_by_the_timer()
    {
        await using var database = await OwnDatabase.Create(stack);
        await using var program = await TracedProgram.Start(
            stack, [database.ConnectionOver(stack.Local.Postgres.Port), .. ProgramWithoutTriggers.TriggersOff(but: nameof(SweepCompletions))]);
        var user = (await database.NewUser()).At(program.Address);
        await user.Send(await user.NewChat(), "Go. [[tokens=3]]");
        await database.Execute("update chatbot.completions set ended_at = ended_at - interval '10 minutes'");

        await stack.WaitUntil(async () => await database.Scalar<bool>("select woken_at is not null from chatbot.completions"));
        await program.End();

        var age = Assert.Single(program.Collector.Points, p => p.Metric == "chatbot.queue.age");
        Assert.Equal(QueueNames.AssistantMessages, age["chatbot.queue"]);
        Assert.InRange(age.Sum, 600, 700);
    }

    [Fact]
    public async Task A_dead_letter_is_counted_under_the_queue_that_it_was_in()
    {
        await using var program = await TracedProgram.Start(stack);

        await program.Account.Put(QueueNames.UsageEvents, "garbage");
        await stack.WaitUntil(async () => await program.Account.Count(QueueNames.UsageEvents) == 0);
        await stack.WaitUntil(async () => await program.Account.Count(QueueNames.UsageEvents + QueueNames.PoisonSuffix) == 0);
        await program.End();

        var dead = Assert.Single(program.Collector.Points, p => p.Metric == "chatbot.queue.dead_letters");
        Assert.Equal((QueueNames.UsageEvents, 1d), (dead["chatbot.queue"]!, dead.Sum));
        var failed = Assert.Single(program.Collector.Spans, s => s.Name == "process usage-events");
        Assert.Equal(("InvalidDataException", true), (failed["error.type"], failed.IsError));
    }
}
