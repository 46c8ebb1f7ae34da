using System.Net;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Completions;

/// <summary>Errors of a provider mean the same wherever they come: with a status, as JSON under 200, or as an event of a stream.</summary>
public sealed class ProviderErrorTests(TestStack stack)
{
    private const string ContextMessage = "error-message=\"This model's maximum context length is 128000 tokens. However, your messages resulted in 140014 tokens.\"";

    private static readonly string[] s_places = ["status=400", "error=0", "error-json"];

    private static readonly (string Words, HttpStatusCode Status, string Code)[] s_permanent =
    [
        ($"error-code=400 {ContextMessage}", HttpStatusCode.UnprocessableEntity, "context_too_long"),
        ("error-code=context_length_exceeded", HttpStatusCode.UnprocessableEntity, "context_too_long"),
        ("error-code=content_filter", HttpStatusCode.UnprocessableEntity, "content_filtered"),
        ("error-code=insufficient_quota error-type=insufficient_quota", HttpStatusCode.BadGateway, "model_failed"),
        ("error-code=billing_not_active", HttpStatusCode.BadGateway, "model_failed"),
        ("error-code=invalid_api_key error-type=invalid_request_error", HttpStatusCode.BadGateway, "model_failed"),
        ("error-code=401", HttpStatusCode.BadGateway, "model_failed"),
        ("error-code=402", HttpStatusCode.BadGateway, "model_failed"),
        ("error-type=invalid_request_error", HttpStatusCode.BadGateway, "model_failed"),
    ];

    public static TheoryData<string, HttpStatusCode, string> Permanent { get; } =
        [.. s_places.SelectMany(_ => s_permanent, (place, error) => new TheoryDataRow<string, HttpStatusCode, string>($"{place} {error.Words}", error.Status, error.Code))];

    [Theory]
    [MemberData(nameof(Permanent))]
    public async Task A_permanent_error_is_one_call_with_the_right_code_and_free(string directive, HttpStatusCode status, string code)
    {
        var user = await stack.NewUser();
        var marker = Guid.NewGuid().ToString();

        var chat = await user.NewChat();
        (await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody($"{marker} [[{directive}]]"))).IsProblem(status, code);

        await stack.WaitUntilRecorded((Guid)(await user.Messages(chat))[1]!["id"]!);
        Assert.Single(stack.CallsOf(marker));
        Assert.Equal(0L, await stack.Scalar<long>("select count(*) from billing.usage_events where user_id = $1", user.Id));
    }

    [Theory]
    [InlineData("error=0 error-code=429 error-type=rate_limit_error")]
    [InlineData("error-json error-code=rate_limit_exceeded")]
    [InlineData("error-json error-code=503")]
    [InlineData("error-json")]
    public async Task An_error_under_200_that_may_pass_is_called_again_and_costs_once(string directive)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();

        var stream = await user.Send(chat, $"{marker} [[{directive} times=1 tokens=9]]");
        await stack.WaitUntilRecorded(stream.MessageId);

        Assert.Equal(2, stack.CallsOf(marker).Count);
        Assert.Equal("reported", await stack.Scalar<string>("select string_agg(quality, ',') from billing.usage_events where user_id = $1", user.Id));
    }

    [Theory]
    [InlineData("error-code=content_filter")]
    [InlineData("error-code=context_length_exceeded")]
    public async Task A_fallback_is_not_asked_for_what_is_wrong_with_the_prompt(string words)
    {
        await using var program = await StartWithFallback();
        var user = await stack.NewUser(program);
        var marker = Guid.NewGuid().ToString();

        await user.Post($"/api/chats/{await user.NewChat()}/stream", StackExtensions.SendBody($"{marker} [[error=0 {words}]]"));

        Assert.Single(stack.CallsOf(marker));
    }

    [Theory]
    [InlineData("error=0 error-code=insufficient_quota")]
    [InlineData("status=429 error-code=insufficient_quota")]
    [InlineData("error-json error-code=billing_not_active")]
    [InlineData("status=429 error-message=\"Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 40014.\"")]
    public async Task A_fallback_answers_at_once_for_a_model_whose_account_is_at_its_end(string directive)
    {
        await using var program = await StartWithFallback();
        var user = await stack.NewUser(program);
        var marker = Guid.NewGuid().ToString();

        var stream = await user.Send(await user.NewChat(), $"{marker} [[{directive} times=1 tokens=9]]");

        Assert.Equal("finish", (string?)stream.Last["type"]);
        Assert.Equal(["gpt-4o", "gpt-4o-mini"], stack.CallsOf(marker).Select(c => c.Model));
    }

    [Theory]
    [InlineData("status=429 error-code=insufficient_quota")]
    [InlineData("error=0 error-code=billing_not_active")]
    [InlineData("error-json error-code=invalid_api_key")]
    public async Task An_own_key_that_is_of_no_use_any_more_is_named_as_the_reason(string directive)
    {
        await using var program = await StartWithFallback();
        var user = await stack.NewUser(program);
        var marker = Guid.NewGuid().ToString();
        (await user.Put("/api/preferences/openai-key", new System.Text.Json.Nodes.JsonObject { ["key"] = "sk-own-0123456789abcdef" })).Is(HttpStatusCode.OK);

        (await user.Post($"/api/chats/{await user.NewChat()}/stream", StackExtensions.SendBody($"{marker} [[{directive}]]")))
            .IsProblem(HttpStatusCode.UnprocessableEntity, "provider_key_rejected");

        Assert.Single(stack.CallsOf(marker));
    }

    [Theory]
    [InlineData("error=0 error-code=context_length_exceeded")]
    [InlineData("error-json error-code=content_filter")]
    [InlineData("error=0 error-code=insufficient_quota")]
    [InlineData("error-json error-code=429")]
    public async Task One_users_errors_do_not_open_the_circuit_for_everybody(string directive)
    {
        await using var program = await stack.StartProgram(
            ("ModelCalls__CircuitFailures", "2"), ("ModelCalls__CircuitOpenSeconds", "600"), ("ModelCalls__Retries", "0"));
        var user = await stack.NewUser(program);
        for (var i = 0; i < 4; i++)
        {
            await user.Post($"/api/chats/{await user.NewChat()}/stream", StackExtensions.SendBody($"Go. [[{directive}]]"));
        }

        Assert.Equal("finish", (string?)(await user.Send(await user.NewChat(), "Go. [[tokens=3]]")).Last["type"]);
    }

    [Theory]
    [InlineData("error-code=content_filter", "content_filtered")]
    [InlineData("error-code=context_length_exceeded", "context_too_long")]
    [InlineData("error-code=500", "interrupted")]
    public async Task An_error_in_mid_answer_is_told_as_what_it_is_and_keeps_the_text(string words, string code)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        var stream = await user.Send(chat, $"Go. [[tokens=9 error=5 {words}]]");

        Assert.Equal(code, (string?)stream.Error["code"]);
        var answer = (await user.Messages(chat))[1]!;
        Assert.Equal(("interrupted", stream.Text), ((string?)answer["status"], (string?)answer["content"]));
    }

    private Task<TestProgram> StartWithFallback() => stack.StartProgram(
        ("Models__0__Name", "gpt-4o"), ("Models__0__Fallbacks", "gpt-4o-mini"), ("Models__1__Name", "gpt-4o-mini"));
}
