using System.Net;
using ChatBot.Functions.Completions;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Completions;

/// <summary>What the program does between being told to end and its end.</summary>
public sealed class ShutdownTests(TestStack stack)
{
    [Fact]
    public async Task Until_running_answers_have_ended_new_connections_are_taken_and_new_sends_told_to_go_elsewhere()
    {
        var program = await stack.StartProgram(("Streams__GraceSeconds", "60"), ("Streams__IdleSeconds", "120"));
        var user = await stack.NewUser(program);
        var (chat, other) = (await user.NewChat(), await user.NewChat());
        var running = user.Send(chat, "Go. [[tokens=5 stall=3]]");
        await stack.WaitUntilStreaming(chat);

        var ending = program.DisposeAsync().AsTask();
        await stack.WaitUntil(() => Task.FromResult(program.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested));

        // A connection of its own, as from somebody new.
        using (var client = await RawClient.Connect(program.Address))
        {
            await client.Write(RawClient.SendOf(user, other, "Hello"));
            await client.ReadToEnd();
            var head = client.Read.ToString();
            Assert.StartsWith("HTTP/1.1 503", head, StringComparison.Ordinal);
            Assert.Contains("Retry-After: 1", head, StringComparison.Ordinal);
            Assert.Contains("Connection: close", head, StringComparison.OrdinalIgnoreCase);
        }

        (await user.Get("/api/chats")).Is(HttpStatusCode.OK);
        (await user.Post($"/api/chats/{chat}/stop", null)).Is(HttpStatusCode.NoContent);
        Assert.Equal("abort", (string?)(await running).Last["type"]);
        await ending;
        Assert.Equal(Books.OfNothing.Reservations, (await Books.Settled(stack.Database, user.Id)).Reservations);
    }

    [Fact]
    public async Task What_outlasts_the_grace_period_ends_as_interrupted()
    {
        var program = await stack.StartProgram(("Streams__GraceSeconds", "1"));
        var user = await stack.NewUser(program);
        var chat = await user.NewChat();
        var running = user.Send(chat, "Go. [[endless delay=20ms]]");
        await stack.WaitUntilStreaming(chat);

        await program.DisposeAsync();

        Assert.Equal("interrupted", (string?)(await running).Error["code"]);
    }

    [Fact]
    public void An_answer_that_is_begun_after_the_end_of_the_grace_period_is_stopped_at_once()
    {
        var live = new LiveCompletions();
        live.StopAll(CompletionOutcome.Interrupted);

        var late = new LiveCompletion(Guid.NewGuid(), new AdmittedCall(null!, ""), null!, null, null, null);
        live.Add(late);

        Assert.True(late.Stopping.IsCancellationRequested);
        Assert.Equal(CompletionOutcome.Interrupted, late.StopReason);
    }
}
