using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Usage;

/// <summary>An estimate is worth something if the next send is decided as it says.</summary>
public sealed class EstimateTests(TestStack stack)
{
    private const string Path = "/api/usage/estimate";

    private static readonly string[] s_facts = ["cap", "limit", "used", "reserved", "reservedBy", "needed", "wouldFit", "resetsAt"];

    [Fact]
    public async Task For_a_new_chat_it_says_what_the_first_send_reserves()
    {
        var user = await stack.NewUser();
        const string content = "Hello. [[tokens=2 stall=1]] Grüße.";

        var estimate = (await user.Post(Path, Message(content))).Is(HttpStatusCode.OK).Json;

        var chat = await user.NewChat();
        Assert.Equal("platform", (string?)estimate["payer"]);
        await SendIsReserved(user, estimate, () => user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody(content)), chat);
    }

    [Fact]
    public async Task For_a_chat_with_a_history_it_counts_the_history()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat("Answer in verse.");
        await stack.WaitUntilRecorded((await user.Send(chat, "One. [[tokens=20]]")).MessageId);
        await stack.WaitUntilRecorded((await user.Send(chat, "Two. [[tokens=30]]")).MessageId);
        // Until the texts are counted, they are bounded by their bytes.
        await stack.WaitUntil(
            """
            select not exists (select from chatbot.token_counts t where t.chat_id = $1 and t.tokens is null)
              and exists (select from public.chats c where c.id = $1 and c.system_prompt_tokens is not null)
            """,
            Guid.Parse(chat));
        const string content = "Three. [[tokens=2 stall=1]]";

        var estimate = (await user.Post(Path, Message(content, chat))).Is(HttpStatusCode.OK).Json;

        await SendIsReserved(user, estimate, () => user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody(content)), chat);
    }

    [Fact]
    public async Task For_an_answer_anew_it_leaves_the_old_one_out()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        await stack.WaitUntilRecorded((await user.Send(chat, "One. [[tokens=20]]")).MessageId);
        var stopped = user.Send(chat, "Two. [[tokens=2 stall=1]]");
        await stack.WaitUntil("select exists (select from billing.usage_reservations where user_id = $1)", user.Id);
        await user.Post($"/api/chats/{chat}/stop", null);
        await stack.WaitUntilRecorded((await stopped).MessageId);

        var estimate = (await user.Post(Path, new JsonObject { ["chatId"] = chat })).Is(HttpStatusCode.OK).Json;

        await SendIsReserved(
            user, estimate, () => user.Post($"/api/chats/{chat}/stream", new JsonObject { ["trigger"] = "regenerate-message" }), chat);
    }

    [Fact]
    public async Task With_an_own_key_it_costs_nothing()
    {
        var user = await stack.NewUser();
        (await user.Put("/api/preferences/openai-key", new JsonObject { ["key"] = "sk-own-0123456789abcdef" })).Is(HttpStatusCode.OK);
        var chat = await user.NewChat();
        const string content = "Go. [[tokens=2 stall=1]]";

        var estimate = (await user.Post(Path, Message(content, chat))).Is(HttpStatusCode.OK).Json;

        Assert.Equal(("own_key", 0m), ((string?)estimate["payer"], (decimal)estimate["cost"]!));
        await SendIsReserved(user, estimate, () => user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody(content)), chat);
    }

    [Fact]
    public async Task Where_little_is_left_the_answer_is_cut_as_the_sends_is()
    {
        var user = await stack.NewUser();
        await stack.SetCaps(user, tokenCap: 500);
        var chat = await user.NewChat();
        const string content = "Go. [[tokens=2 stall=1]]";

        var estimate = (await user.Post(Path, Message(content, chat))).Is(HttpStatusCode.OK).Json;

        Assert.Equal(500, (int)estimate["tokens"]!);
        await SendIsReserved(user, estimate, () => user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody(content)), chat);
    }

    [Theory]
    [InlineData(300L, null)]
    [InlineData(null, "0.0001")]
    public async Task What_would_be_refused_is_refused_with_the_same_facts(long? tokenCap, string? costCap)
    {
        var user = await stack.NewUser();
        await stack.SetCaps(user, tokenCap, costCap is null ? null : decimal.Parse(costCap, null));
        var chat = await user.NewChat();
        var content = string.Join(' ', Enumerable.Range(1, 100));

        var estimate = (await user.Post(Path, Message(content, chat))).Is(HttpStatusCode.OK).Json;
        var refused = (await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody(content))).IsProblem(HttpStatusCode.TooManyRequests, "usage_cap_exceeded");

        Assert.False((bool)estimate["fits"]!);
        Assert.Null(estimate["tokens"]);
        Assert.All(s_facts, fact => Assert.True(JsonNode.DeepEquals(estimate["refusal"]![fact], refused[fact]), $"{fact}: {estimate} {refused}"));
    }

    [Fact]
    public async Task It_holds_nothing_and_counts_to_no_rate()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        for (var time = 0; time < 70; time++)
        {
            (await user.Post(Path, Message("Hi", chat))).Is(HttpStatusCode.OK);
        }

        var usage = (await user.Get("/api/usage")).Json;
        Assert.Equal((0, 0), ((int)usage["tokens"]!["used"]!, (int)usage["tokens"]!["reserved"]!));
        Assert.Empty(await user.Messages(chat));
        await user.Send(chat, "Hi. [[tokens=2]]");
    }

    [Fact]
    public async Task What_cannot_be_sent_cannot_be_estimated()
    {
        var (user, stranger) = (await stack.NewUser(), await stack.NewUser());
        var chat = await user.NewChat();

        (await user.Post(Path, new JsonObject())).IsProblem(HttpStatusCode.BadRequest, "invalid_request");
        (await user.Post(Path, Message(""))).IsProblem(HttpStatusCode.BadRequest, "invalid_request");
        (await user.Post(Path, new JsonObject { ["message"] = new JsonObject { ["content"] = "Hi" }, ["chatId"] = "" })).IsProblem(HttpStatusCode.BadRequest, "invalid_request");
        (await user.Post(Path, new JsonObject { ["message"] = new JsonObject { ["content"] = "Hi" }, ["model"] = "unheard-of" })).IsProblem(HttpStatusCode.BadRequest, "invalid_request");
        (await user.SendRaw(HttpMethod.Post, Path, "{", [])).IsProblem(HttpStatusCode.BadRequest, "invalid_json");
        (await user.Post(Path, new JsonObject { ["chatId"] = chat })).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await stranger.Post(Path, Message("Hi", chat))).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await new TestUser(user.Id, "", stack.Program.Address).Post(Path, Message("Hi"))).IsProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        await stack.Execute("insert into billing.user_plans (user_id, plan_id, blocked_reason) values ($1, 'free', 'Abuse.')", user.Id);
        (await user.Post(Path, Message("Hi", chat))).IsProblem(HttpStatusCode.Forbidden, "account_blocked");
    }

    private static JsonObject Message(string content, string? chat = null)
    {
        var body = new JsonObject { ["message"] = new JsonObject { ["content"] = content } };
        if (chat is not null)
        {
            body["chatId"] = chat;
        }

        return body;
    }

    /// <summary>Sends it, and compares while it is on its way.</summary>
    private async Task SendIsReserved(TestUser user, JsonNode estimate, Func<Task<ApiResponse>> send, string chat)
    {
        var sending = send();
        await stack.WaitUntil("select exists (select from billing.usage_reservations where user_id = $1)", user.Id);
        var reserved = await stack.Scalar<string>(
            """
            select concat_ws(' ', c.model, c.payer, c.prompt_bound, c.max_output_tokens, r.tokens, trim_scale(r.cost))
            from billing.usage_reservations r
            join chatbot.completions c on c.id = r.completion_id
            where r.user_id = $1
            """,
            user.Id);
        await user.Post($"/api/chats/{chat}/stop", null);
        (await sending).Is(HttpStatusCode.OK);

        Assert.True((bool)estimate["fits"]!);
        var cost = (decimal)estimate["cost"]! / 1.0000000000000000000000000000m;
        Assert.Equal(
            $"{estimate["model"]} {estimate["payer"]} {estimate["promptTokens"]} {estimate["maxOutputTokens"]} {estimate["tokens"]} {cost.ToString(System.Globalization.CultureInfo.InvariantCulture)}",
            reserved);
    }
}
