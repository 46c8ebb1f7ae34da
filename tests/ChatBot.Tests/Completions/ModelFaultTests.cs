using System.Net;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Completions;

public sealed class ModelFaultTests(TestStack stack)
{
    [Theory]
    [InlineData("status=500", HttpStatusCode.BadGateway, "model_failed")]
    [InlineData("status=404", HttpStatusCode.BadGateway, "model_failed")]
    [InlineData("status=400", HttpStatusCode.BadGateway, "model_failed")]
    [InlineData("status=401", HttpStatusCode.BadGateway, "model_failed")]
    [InlineData("status=403", HttpStatusCode.BadGateway, "model_failed")]
    [InlineData("status=409", HttpStatusCode.BadGateway, "model_failed")]
    [InlineData("status=413", HttpStatusCode.BadGateway, "model_failed")]
    [InlineData("status=422", HttpStatusCode.BadGateway, "model_failed")]
    [InlineData("status=429 retry-after=soon", HttpStatusCode.BadGateway, "model_failed")]
    [InlineData("status=429 retry-after=99999999999999999999", HttpStatusCode.BadGateway, "model_failed")]
    [InlineData("status=408", HttpStatusCode.GatewayTimeout, "model_timeout")]
    [InlineData("filter", HttpStatusCode.UnprocessableEntity, "content_filtered")]
    [InlineData("html", HttpStatusCode.BadGateway, "model_failed")]
    [InlineData("json", HttpStatusCode.BadGateway, "model_failed")]
    [InlineData("cut=0", HttpStatusCode.BadGateway, "model_failed")]
    [InlineData("end=0", HttpStatusCode.BadGateway, "model_failed")]
    [InlineData("malformed=0", HttpStatusCode.BadGateway, "model_failed")]
    [InlineData("error=0", HttpStatusCode.BadGateway, "model_failed")]
    public async Task A_failure_before_the_first_token_is_told_with_a_status(string directive, HttpStatusCode status, string code)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        (await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody($"Go. [[{directive}]]"))).IsProblem(status, code);

        var answer = (await user.Messages(chat))[1]!;
        Assert.Equal("failed", (string?)answer["status"]);
        await stack.WaitUntilRecorded((Guid)answer["id"]!);
        Assert.Equal(0, (int)(await user.Get("/api/usage")).Json["tokens"]!["reserved"]!);
    }

    [Fact]
    public async Task What_the_model_refused_costs_nothing()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("Go. [[status=503]]"));
        await stack.WaitUntilRecorded((Guid)(await user.Messages(chat))[1]!["id"]!);

        Assert.Equal(0L, await stack.Scalar<long>("select count(*) from billing.usage_events where user_id = $1", user.Id));
        Assert.Equal(0, (int)(await user.Get("/api/usage")).Json["tokens"]!["used"]!);
    }

    [Fact]
    public async Task The_models_retry_after_is_passed_on()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        var answer = await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("Go. [[status=429 retry-after=27]]"));

        Assert.Equal("27", answer.Headers["Retry-After"]);
    }

    [Theory]
    [InlineData("tokens=60 cut=30 delay=2ms")]
    [InlineData("tokens=60 end=30")]
    [InlineData("tokens=60 malformed=30")]
    [InlineData("tokens=60 error=30")]
    public async Task An_answer_that_breaks_off_keeps_its_text_and_its_usage_is_estimated(string directive)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();

        var stream = await user.Send(chat, $"{marker} [[{directive}]]");
        await stack.WaitUntilRecorded(stream.MessageId);

        Assert.Equal("error", (string?)stream.Last["type"]);
        Assert.Equal("interrupted", (string?)stream.Error["code"]);
        var answer = (await user.Messages(chat))[1]!;
        Assert.Equal("interrupted", (string?)answer["status"]);
        Assert.Equal(stream.Text, (string?)answer["content"]);
        Assert.Equal("estimated", (string?)answer["receipt"]!["quality"]);
        var call = stack.CallOf(marker);
        Assert.InRange((int)answer["receipt"]!["inputTokens"]!, call.PromptTokens - 8, call.PromptTokens + 8);
        Assert.InRange((int)answer["receipt"]!["outputTokens"]!, call.SentTokens - 8, call.SentTokens + 8);
    }

    [Fact]
    public async Task A_cut_answer_as_bare_text_breaks_the_connection()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() =>
            user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("Go. [[tokens=60 cut=30 delay=2ms]]"), ("Accept", "text/plain")));
    }

    [Fact]
    public async Task Why_the_content_filter_ended_an_answer_or_refused_a_prompt_is_told()
    {
        await using var program = await stack.StartProgram(("Models__0__Name", "gpt-4o"), ("Models__0__Provider", "azure"));
        var user = await stack.NewUser(program);
        var chat = await user.NewChat();

        var stream = await user.Send(chat, "Go. [[tokens=4 finish=content_filter]]");
        await stack.WaitUntilRecorded(stream.MessageId);
        var refused = await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("Go on. [[filter]]"));

        Assert.Equal("violence", (string?)stream.Last["messageMetadata"]!["receipt"]!["contentFilter"]![0]);
        Assert.Equal("violence", (string?)(await user.Messages(chat))[1]!["receipt"]!["contentFilter"]![0]);
        Assert.Contains("(violence)", (string)refused.IsProblem(HttpStatusCode.UnprocessableEntity, "content_filtered")["detail"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("usage=off")]
    [InlineData("usage=absurd")]
    [InlineData("delay=2ms cut-before-usage")]
    public async Task An_answer_without_a_usable_report_is_complete_and_estimated(string directive)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();

        var stream = await user.Send(chat, $"{marker} [[tokens=50 {directive}]]");
        await stack.WaitUntilRecorded(stream.MessageId);

        var receipt = (await user.Messages(chat))[1]!["receipt"]!;
        Assert.Equal("estimated", (string?)receipt["quality"]);
        Assert.InRange((int)receipt["outputTokens"]!, 42, 58);
    }

    [Theory]
    [InlineData("first=400ms", "stop")]
    [InlineData("usage=twice", "stop")]
    [InlineData("finish=length", "length")]
    [InlineData("finish=content_filter", "content-filter")]
    [InlineData("finish=tool_calls", "tool-calls")]
    public async Task Finish_reasons_are_told_in_the_protocols_words(string directive, string reason)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        var stream = await user.Send(chat, $"Go. [[tokens=4 {directive}]]");

        Assert.Equal(reason, (string?)stream.Last["finishReason"]);
        Assert.Equal(reason, (string?)(await user.Messages(chat))[1]!["finishReason"]);
    }

    [Theory]
    [InlineData("tokens=20 nul")]
    [InlineData("tokens=20 surrogate")]
    [InlineData("tokens=20 bytes")]
    [InlineData("split-utf8")]
    [InlineData("tokens=20 empty-choices")]
    [InlineData("tokens=20 null-content")]
    public async Task Odd_bytes_reach_client_and_table_alike(string directive)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        var stream = await user.Send(chat, $"Go. [[{directive}]]");

        Assert.Equal("finish", (string?)stream.Last["type"]);
        Assert.NotEmpty(stream.Text);
        await stack.WaitUntilRecorded(stream.MessageId);
        Assert.Equal(stream.Text, (string?)(await user.Messages(chat))[1]!["content"]);
    }

    [Fact]
    public async Task A_line_without_end_is_cut_off_and_not_kept_in_memory()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        var stream = await user.Send(chat, "Go. [[line=1000000]]");

        Assert.Equal("interrupted", (string?)stream.Error["code"]);
        Assert.True(stream.Text.Length < 1000);
    }

    [Fact]
    public async Task A_model_that_sends_nothing_runs_into_the_time_limits()
    {
        await using var program = await stack.StartProgram(("Streams__FirstTokenSeconds", "1"), ("Streams__IdleSeconds", "1"));
        var user = await stack.NewUser(program);
        var (silent, stalled) = (await user.NewChat(), await user.NewChat());

        var answers = await Task.WhenAll(
            user.Post($"/api/chats/{silent}/stream", StackExtensions.SendBody("Go. [[no-headers]]")),
            user.Post($"/api/chats/{stalled}/stream", StackExtensions.SendBody("Go. [[tokens=9 stall=3]]")));

        answers[0].IsProblem(HttpStatusCode.GatewayTimeout, "model_timeout");
        Assert.Equal("interrupted", (string?)EventStreamText.Parse(answers[1].Body).Error["code"]);
    }

    [Fact]
    public async Task An_endless_answer_ends_at_the_total_time_limit()
    {
        await using var program = await stack.StartProgram(("Streams__TotalSeconds", "1"));
        var user = await stack.NewUser(program);
        var chat = await user.NewChat();

        var stream = await user.Send(chat, "Go. [[endless delay=20ms]]");

        Assert.Equal("interrupted", (string?)stream.Error["code"]);
        Assert.Equal(stream.Text, (string?)(await user.Messages(chat))[1]!["content"]);
    }
}
