using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Database;
using ChatBot.Tests.Stack;
using CsCheck;
using Xunit;

namespace ChatBot.Tests.Completions;

/// <summary>What an answer took is decided once: the stream, the message and the ledger say the same, to the digit.</summary>
public sealed class ReceiptTests(TestStack stack)
{
    private const string Ledger = """
        select concat_ws(' ', count(*), sum(e.input_tokens), sum(e.cached_input_tokens), sum(e.cache_write_tokens), sum(e.output_tokens), sum(e.reasoning_tokens),
          trim_scale(sum(e.cost)), case when count(*) = 1 then min(e.quality) else 'estimated' end)
        from billing.usage_events e
        where e.completion_id = $1
        """;

    private static readonly string[] s_reports =
    [
        "", "", "usage=off", "usage=twice", "usage=absurd", "cached=5", "reasoning=7", "cached=3 reasoning=9", "cached=3 cache-write=5", "reasoning=9 reasoning-apart", "cache-write=4 cache-write-as=cache_creation_input_tokens",
        .. new[]
        {
            "\"prompt_tokens\":0,\"completion_tokens\":0",
            "\"prompt_tokens\":$prompt,\"completion_tokens\":0",
            "\"prompt_tokens\":$prompt,\"completion_tokens\":1",
            "\"prompt_tokens\":$prompt,\"completion_tokens\":$completion0",
            "\"prompt_tokens\":$prompt000,\"completion_tokens\":$completion",
            "\"prompt_tokens\":$prompt,\"completion_tokens\":$completion000",
            "\"prompt_tokens\":$prompt.0,\"completion_tokens\":\"$completion\"",
            "\"prompt_tokens\":$prompt,\"completion_tokens\":$completion,\"prompt_tokens_details\":{\"cached_tokens\":null}",
            "\"prompt_tokens\":$prompt,\"completion_tokens\":$completion,\"prompt_tokens_details\":{\"cached_tokens\":$prompt}",
            "\"prompt_tokens\":$prompt,\"completion_tokens\":$completion,\"prompt_tokens_details\":{\"cached_tokens\":$prompt1}",
            "\"prompt_tokens\":$prompt,\"completion_tokens\":$completion,\"completion_tokens_details\":{\"reasoning_tokens\":$completion}",
        }.Select(members => $"usage=\"{{{members.Replace("\"", "\\\"", StringComparison.Ordinal)}}}\""),
    ];

    private static readonly string[] s_ends =
    [
        "", "", "", "cut=3 delay=1ms", "cut-before-usage delay=1ms", "end=2", "error=4", "malformed=5", "finish=length", "finish=none", "whole",
        "status=500 times=1", "cut=0 times=1", "end=0 times=2", "status=404 times=1", "cut=0 times=3", "status=400", "error=0 error-code=content_filter",
        "status=500", "cut=0",
    ];

    [Fact]
    public async Task What_was_streamed_is_what_is_stored_and_what_the_ledger_says()
    {
        await using var program = await StartWithFallback();
        var cases = Gen.Select(Gen.Int[1, 60], Gen.Int[0, 40], Gen.Int[0, s_reports.Length - 1], Gen.Int[0, s_ends.Length - 1], Gen.Bool);

        await cases.SampleAsync(
            async (tokens, think, report, end, ownKey) =>
                await AgreeOn(program, $"tokens={tokens} think={think} {s_reports[report]} {s_ends[end]}", ownKey),
            iter: 80,
            threads: 4);
    }

    [Theory]
    [InlineData("status=500 times=3 tokens=9", 4, "gpt-4o gpt-4o-mini", "gpt-4o-mini")]
    [InlineData("status=404 times=1 tokens=9", 2, "gpt-4o gpt-4o-mini", "gpt-4o-mini")]
    [InlineData("cut=0 times=1 tokens=9", 2, "gpt-4o", "gpt-4o")]
    [InlineData("status=429 times=2 tokens=9", 3, "gpt-4o", "gpt-4o")]
    [InlineData("tokens=9", 1, "gpt-4o", "gpt-4o")]
    public async Task All_calls_and_all_models_that_were_tried_are_on_it(string directive, int attempts, string tried, string model)
    {
        await using var program = await StartWithFallback();
        var user = await stack.NewUser(program);

        var stream = await user.Send(await user.NewChat(), $"Go. [[{directive}]]");

        var receipt = stream.Last["messageMetadata"]!["receipt"]!;
        Assert.Equal(
            (attempts, tried, model),
            ((int)receipt["attempts"]!, string.Join(' ', receipt["modelsTried"]!.AsArray().Select(m => (string)m!)), (string?)receipt["model"]));
    }

    [Theory]
    [InlineData("tokens=9")]
    [InlineData("tokens=60 cut=30 delay=2ms")]
    [InlineData("status=400")]
    public async Task It_is_whole_before_the_answer_is_stored_with_its_message(string directive)
    {
        await using var account = new StorageAccount(stack.Local.Azurite);
        // Nobody takes its messages out of the queue.
        await using var program = await stack.StartWithoutTriggers(account.Setting);
        var user = await stack.NewUser(program);
        var chat = await user.NewChat();

        var answer = await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody($"Go. [[{directive}]]"));

        var message = (await user.Messages(chat))[1]!;
        Assert.Equal(DBNull.Value, await stack.Scalar<object>("select persisted_at from chatbot.completions where id = $1", (Guid)message["id"]!) ?? DBNull.Value);
        foreach (var member in (string[])["model", "modelsTried", "attempts", "payer", "quality", "inputTokens", "outputTokens", "cost", "currency", "priceId", "startedAt", "endedAt"])
        {
            Assert.NotNull(message["receipt"]![member]);
        }

        if (answer.Status == HttpStatusCode.OK && EventStreamText.Parse(answer.Body).Last["messageMetadata"] is { } metadata)
        {
            Assert.True(JsonNode.DeepEquals(metadata["receipt"], message["receipt"]));
        }
    }

    [Fact]
    public async Task A_replayed_answer_ends_with_the_receipt_of_the_first_time()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        var first = await user.Send(chat, "Go. [[tokens=9]]", "m1");
        await stack.WaitUntilRecorded(first.MessageId);
        var again = await user.Send(chat, "Go. [[tokens=9]]", "m1");

        Assert.True(JsonNode.DeepEquals(first.Last["messageMetadata"], again.Last["messageMetadata"]));
    }

    [Fact]
    public async Task An_answer_whose_process_died_gets_one_of_the_same_shape()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var stream = await user.Send(chat, "Go. [[tokens=9]]");
        var whole = stream.Last["messageMetadata"]!["receipt"]!.AsObject();
        var half = await HalfCompletion.Begin(stack);
        await half.ExpireLease();

        await stack.RunTimer();
        await stack.WaitUntilRecorded(half.Id);

        var receipt = (await half.User.Messages(half.Chat))[^1]!["receipt"]!.AsObject();
        string[] unknown = ["firstTokenMilliseconds", "firstTokenAt"];
        Assert.Equal([.. whole.Select(m => m.Key).Except(unknown).Append("error").Order()], receipt.Select(m => m.Key).Order());
        Assert.Equal(("interrupted", "estimated"), ((string?)receipt["error"], (string?)receipt["quality"]));
    }

    private async Task AgreeOn(TestProgram program, string directive, bool ownKey)
    {
        var user = await stack.NewUser(program);
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();
        if (ownKey)
        {
            (await user.Put("/api/preferences/openai-key", new JsonObject { ["key"] = "sk-own-0123456789abcdef" })).Is(HttpStatusCode.OK);
        }

        var answer = await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody($"{marker} [[{directive}]]"));
        var stored = (await user.Messages(chat))[1]!;
        await stack.WaitUntilRecorded((Guid)stored["id"]!);
        var later = (await user.Messages(chat))[1]!["receipt"]!;
        var ledger = await stack.Scalar<string>(Ledger, (Guid)stored["id"]!);

        Assert.True(JsonNode.DeepEquals(stored["receipt"], later), $"{directive}: {stored["receipt"]}, later {later}");
        if (answer.Status == HttpStatusCode.OK && EventStreamText.Parse(answer.Body).Last["messageMetadata"] is { } metadata)
        {
            Assert.True(JsonNode.DeepEquals(metadata["receipt"], later), $"{directive}: {metadata}, later {later}");
        }

        var told = (string?)later["quality"] == "none"
            ? "0 estimated"
            : $"{(int)later["inputTokens"]!} {(int)later["cachedInputTokens"]!} {(int)later["cacheWriteTokens"]!} {(int)later["outputTokens"]!} {(int)later["reasoningTokens"]!} "
                + $"{(decimal)later["cost"]! / 1.0000000000000000000000000000m} {(string?)later["quality"]}";
        Assert.True(ledger!.EndsWith(told, StringComparison.Ordinal), $"{directive}: {later}, the ledger {ledger}");
        Assert.Equal(stack.CallsOf(marker).Count, (int)later["attempts"]!);
        Assert.Equal([.. stack.CallsOf(marker).Select(c => c.Model).Distinct()], later["modelsTried"]!.AsArray().Select(m => (string)m!));
    }

    private Task<TestProgram> StartWithFallback() => stack.StartProgram(
        ("Models__0__Name", "gpt-4o"), ("Models__0__Fallbacks", "gpt-4o-mini"), ("Models__1__Name", "gpt-4o-mini"));
}
