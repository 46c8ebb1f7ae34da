using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Completions;

public sealed class StreamTests(TestStack stack)
{
    [Fact]
    public async Task A_send_streams_the_answer_in_the_parts_of_the_protocol()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        var answer = await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("""Say it. [[text="Hello there, you."]]"""));

        Assert.Equal("text/event-stream", answer.Is(HttpStatusCode.OK).Headers["Content-Type"]);
        Assert.Equal("v1", answer.Headers["x-vercel-ai-ui-message-stream"]);
        Assert.Equal("no", answer.Headers["X-Accel-Buffering"]);
        Assert.Contains("no-cache", answer.Headers["Cache-Control"], StringComparison.Ordinal);
        var stream = EventStreamText.Parse(answer.Body);
        Assert.Equal(["start", "start-step", "text-start"], stream.Types[..3]);
        Assert.Equal(["text-end", "finish-step", "finish"], stream.Types[^3..]);
        Assert.Equal("Hello there, you.", stream.Text);
        Assert.Equal("stop", (string?)stream.Last["finishReason"]);
        Assert.True(stream.IsDone);
        Assert.Equal(stream.Parts.Count, stream.Ids.Distinct().Count());
    }

    [Theory]
    [InlineData("[[tokens=3]]", "complete")]
    [InlineData("[[tokens=9 cut=5]]", "interrupted")]
    [InlineData("[[endless delay=20ms]]", "stopped")]
    public async Task The_metadata_of_the_message_tells_its_status_as_it_will_be_stored(string directive, string status)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var sending = user.Send(chat, $"Go. {directive}");
        if (status == "stopped")
        {
            await stack.WaitUntilStreaming(chat);
            (await user.Post($"/api/chats/{chat}/stop", null)).Is(HttpStatusCode.NoContent);
        }

        var stream = await sending;

        var told = stream.Parts.Select(p => (string?)p["messageMetadata"]?["status"]).OfType<string>().ToList();
        Assert.Equal(["streaming", status], told);
        Assert.Equal(status, (string?)(await user.Get($"/api/chats/{chat}/messages/{stream.MessageId}")).Is(HttpStatusCode.OK).Json["status"]);
    }

    [Fact]
    public async Task Who_resumes_just_before_a_bad_end_is_told_the_status_with_it()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var stream = await user.Send(chat, "Go. [[tokens=9 cut=5]]");

        var rest = EventStreamText.Parse((await user.Get($"/api/chats/{chat}/stream", ("Last-Event-ID", stream.Ids[^2]))).Is(HttpStatusCode.OK).Body);

        Assert.Equal(["message-metadata", "error"], rest.Types);
    }

    [Fact]
    public async Task The_first_token_is_relayed_while_the_model_still_talks()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var cancellationToken = TestContext.Current.CancellationToken;

        using var response = await user.Open(
            HttpMethod.Post,
            $"/api/chats/{chat}/stream",
            StackExtensions.SendBody("Go on. [[tokens=3 stall=1]]").ToJsonString(),
            [],
            HttpCompletionOption.ResponseHeadersRead,
            cancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        string? line;
        do
        {
            line = await reader.ReadLineAsync(cancellationToken);
        }
        while (line?.Contains("text-delta", StringComparison.Ordinal) is false);

        Assert.NotNull(line);
        (await user.Post($"/api/chats/{chat}/stop", null)).Is(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Both_messages_can_be_read_at_once_after_the_end_of_the_stream()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        var stream = await user.Send(chat, "One. [[tokens=40]]");
        var messages = await user.Messages(chat);

        Assert.Equal(["user", "assistant"], messages.Select(m => (string)m!["role"]!));
        Assert.Equal(stream.MessageId, (Guid)messages[1]!["id"]!);
        Assert.Equal(stream.Text, (string?)messages[1]!["content"]);
        Assert.Equal("complete", (string?)messages[1]!["status"]);
    }

    [Fact]
    public async Task The_message_is_stored_and_its_usage_recorded_by_the_queue_functions()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        var stream = await user.Send(chat, "Count. [[tokens=40 cached=3 reasoning=7]]");
        await stack.WaitUntilRecorded(stream.MessageId);

        var receipt = (await user.Messages(chat))[1]!["receipt"]!;
        var call = stack.CallOf("Count. [[tokens=40 cached=3 reasoning=7]]");
        Assert.Equal(call.PromptTokens, (int)receipt["inputTokens"]!);
        Assert.Equal(47, (int)receipt["outputTokens"]!);
        Assert.Equal(3, (int)receipt["cachedInputTokens"]!);
        Assert.Equal(7, (int)receipt["reasoningTokens"]!);
        Assert.Equal("reported", (string?)receipt["quality"]);
        var usage = (await user.Get("/api/usage")).Json;
        Assert.Equal(call.PromptTokens + 47, (int)usage["tokens"]!["used"]!);
        Assert.Equal(0, (int)usage["tokens"]!["reserved"]!);
        // gpt-4o: 2.50 and 1.25 in, 10 out, per million.
        Assert.Equal((((call.PromptTokens - 3) * 2.50m) + (3 * 1.25m) + (47 * 10m)) / 1_000_000m, (decimal)usage["cost"]!["used"]!);
        Assert.Equal((decimal)usage["cost"]!["used"]!, (decimal)stream.Last["messageMetadata"]!["receipt"]!["cost"]!);
        Assert.Equal(0L, await stack.Scalar<long>("select count(*) from chatbot.completion_deltas where completion_id = $1", stream.MessageId));
    }

    [Fact]
    public async Task The_model_gets_the_system_prompt_and_the_history()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat(systemPrompt: "You are a parrot.");
        var marker = Guid.NewGuid().ToString();

        var first = await user.Send(chat, "First question. [[tokens=5]]");
        await user.Send(chat, $"{marker} [[tokens=5]]");

        var messages = JsonNode.Parse(stack.CallOf(marker).Messages.GetRawText())!.AsArray();
        Assert.Equal(["system", "user", "assistant", "user"], messages.Select(m => (string)m!["role"]!));
        Assert.Equal("You are a parrot.", (string?)messages[0]!["content"]);
        Assert.Equal(first.Text, (string?)messages[2]!["content"]);
    }

    [Fact]
    public async Task History_that_does_not_fit_into_the_context_is_left_out_from_its_beginning()
    {
        await using var program = await stack.StartProgram(
            ("Models__0__Name", "gpt-4o"), ("Models__0__Context", "2000"), ("Models__0__MaxOutput", "500"));
        var user = await stack.NewUser(program);
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();
        foreach (var letter in "abc")
        {
            (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["content"] = new string(letter, 600) })).Is(HttpStatusCode.Created);
        }

        await user.Send(chat, $"{marker} [[tokens=5]]");

        var contents = JsonNode.Parse(stack.CallOf(marker).Messages.GetRawText())!.AsArray().Select(m => ((string)m!["content"]!)[0]).ToArray();
        Assert.Equal(['b', 'c', marker[0]], contents);
    }

    [Fact]
    public async Task A_message_that_does_not_fit_into_the_context_by_itself_is_refused()
    {
        await using var program = await stack.StartProgram(
            ("Models__0__Name", "gpt-4o"), ("Models__0__Context", "2000"), ("Models__0__MaxOutput", "500"));
        var user = await stack.NewUser(program);
        var chat = await user.NewChat();

        var answer = await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody(string.Concat(Enumerable.Repeat("lorem ", 1600))));

        answer.IsProblem(HttpStatusCode.UnprocessableEntity, "context_too_long");
        Assert.Empty(await user.Messages(chat));
    }

    [Fact]
    public async Task Accept_text_plain_gets_the_bare_text()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        var answer = await user.Post(
            $"/api/chats/{chat}/stream", StackExtensions.SendBody("""Say it. [[text="Grüße, 世界 👋"]]"""), ("Accept", "text/plain"));

        Assert.Equal("text/plain; charset=utf-8", answer.Is(HttpStatusCode.OK).Headers["Content-Type"]);
        Assert.Equal("Grüße, 世界 👋", answer.Body);
    }

    [Fact]
    public async Task A_format_that_is_not_offered_is_refused_before_anything_is_done()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        var answer = await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("Hi"), ("Accept", "application/xml"));

        answer.IsProblem(HttpStatusCode.NotAcceptable, "not_acceptable");
        Assert.Empty(await user.Messages(chat));
    }
}
