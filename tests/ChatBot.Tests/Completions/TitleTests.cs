using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Local;
using ChatBot.Shared.Queues;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Completions;

public sealed class TitleTests(TestStack stack)
{
    [Fact]
    public async Task The_first_answer_of_a_chat_gets_it_a_title_which_is_metered_by_its_purpose()
    {
        await using var account = new StorageAccount(stack.Local.Azurite);
        await using var program = await Start(account, "gpt-4o-mini");
        var user = await stack.NewUser(program);
        var marker = Guid.NewGuid().ToString();

        var (chat, answer) = await FirstTurn(user, $"{marker} [[tokens=5]]");
        await TitleIsRecorded(user);

        var call = Assert.Single(TitleCalls(marker));
        Assert.Equal(call.SentText, await Title(user, chat));
        Assert.Equal(64, call.RequestedMaxTokens);
        var events = (await user.Get("/api/usage/events")).Is(HttpStatusCode.OK).Json["items"]!.AsArray();
        var title = Assert.Single(events, e => (string?)e!["purpose"] == "title")!;
        Assert.Equal(
            (call.PromptTokens, 5, "reported", "platform", "gpt-4o-mini", chat),
            ((int)title["inputTokens"]!, (int)title["outputTokens"]!, (string?)title["quality"], (string?)title["payer"], (string?)title["model"], (string?)title["chatId"]));
        var used = (await user.Get("/api/usage")).Json["tokens"]!;
        Assert.Equal((events.Sum(e => (int)e!["inputTokens"]! + (int)e["outputTokens"]!), 0), ((int)used["used"]!, (int)used["reserved"]!));

        // A second delivery, and a second answer.
        await account.Put(QueueNames.AssistantMessages, $$"""{"version":1,"completionId":"{{answer}}"}""");
        var next = await user.Send(chat, $"{marker} [[tokens=3]]");
        await stack.WaitUntilRecorded(next.MessageId);
        await account.WaitUntilEmpty(QueueNames.AssistantMessages);
        Assert.Single(TitleCalls(marker));
    }

    [Fact]
    public async Task A_title_that_the_user_gave_stays()
    {
        await using var account = new StorageAccount(stack.Local.Azurite);
        await using var program = await Start(account, "gpt-4o-mini [[delay=300ms]]");
        var user = await stack.NewUser(program);
        var (chat, _) = await FirstTurn(user, "Hello [[tokens=5]]");

        await stack.WaitUntil("select exists (select from chatbot.completions where user_id = $1 and purpose = 'title')", user.Id);
        (await user.Patch($"/api/chats/{chat}", new JsonObject { ["title"] = "My own" })).Is(HttpStatusCode.OK);
        await TitleIsRecorded(user);

        Assert.Equal("My own", await Title(user, chat));
    }

    [Fact]
    public async Task A_chat_gets_its_title_also_where_somebody_elses_that_is_deleted_had_its_id()
    {
        await using var account = new StorageAccount(stack.Local.Azurite);
        await using var program = await Start(account, "gpt-4o-mini");
        var chat = Guid.NewGuid().ToString();
        foreach (var user in (TestUser[])[await stack.NewUser(program), await stack.NewUser(program)])
        {
            (await user.Post("/api/chat", ChatTests.AiSdkBody(chat, "m1", "Hello [[tokens=5]]"))).Is(HttpStatusCode.OK);
            await TitleIsRecorded(user);
            Assert.NotEqual("Hello [[tokens=5]]", await Title(user, chat));
            (await user.Delete($"/api/chats/{chat}")).Is(HttpStatusCode.NoContent);
        }
    }

    [Fact]
    public async Task A_chat_whose_question_was_deleted_is_no_subject_for_a_title()
    {
        var completion = await HalfCompletion.Begin(stack);
        await stack.Execute("update public.chats set title = 'New chat', title_source = 'default' where id = $1", Guid.Parse(completion.Chat));
        await stack.Execute("delete from public.messages where chat_id = $1 and role = 'user'", Guid.Parse(completion.Chat));
        Assert.True(await completion.Finish(null));

        await stack.Execute("select chatbot.give_title($1, $2, 'Some title')", completion.User.Id, Guid.Parse(completion.Chat));

        Assert.Equal(0L, await stack.Scalar<long>("select count(*) from chatbot.title_subject($1)", completion.Id));
        Assert.Equal("New chat", await Title(completion.User, completion.Chat));
    }

    [Fact]
    public async Task Where_the_caps_have_no_room_there_is_no_title_and_no_call()
    {
        await using var account = new StorageAccount(stack.Local.Azurite);
        await using var program = await Start(account, "gpt-4o-mini");
        var user = await stack.NewUser(program);
        await stack.SetCaps(user, tokenCap: 700);
        var marker = Guid.NewGuid().ToString();

        var (chat, answer) = await FirstTurn(user, $"{marker} [[tokens=600]]");
        await stack.WaitUntilRecorded(answer);
        await account.WaitUntilEmpty(QueueNames.AssistantMessages);

        Assert.Empty(TitleCalls(marker));
        Assert.StartsWith(marker, await Title(user, chat), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[[usage=off]]", "estimated")]
    [InlineData("[[status=401]]", null)]
    public async Task A_title_that_comes_without_a_report_is_estimated_and_one_that_is_refused_costs_nothing(string directive, string? quality)
    {
        await using var account = new StorageAccount(stack.Local.Azurite);
        await using var program = await Start(account, $"gpt-4o-mini {directive}");
        var user = await stack.NewUser(program);
        var marker = Guid.NewGuid().ToString();

        var (chat, _) = await FirstTurn(user, $"{marker} [[tokens=5]]");
        await TitleIsRecorded(user);

        var events = (await user.Get("/api/usage/events")).Is(HttpStatusCode.OK).Json["items"]!.AsArray();
        var title = events.SingleOrDefault(e => (string?)e!["purpose"] == "title");
        Assert.Equal(quality, (string?)title?["quality"]);
        if (title is not null)
        {
            var call = Assert.Single(TitleCalls(marker));
            Assert.InRange((int)title["inputTokens"]!, call.PromptTokens - 8, (call.PromptTokens * 6) + 64);
            Assert.Equal(call.SentTokens, (int)title["outputTokens"]!);
        }
        else
        {
            Assert.StartsWith(marker, await Title(user, chat), StringComparison.Ordinal);
        }

        Assert.Equal(0, (int)(await user.Get("/api/usage")).Json["tokens"]!["reserved"]!);
    }

    [Theory]
    [InlineData("text=\"<think>They said hello.</think>Greetings\"", "Greetings")]
    [InlineData("text=\"<thinking>They said\\nhello.</thinking>\\n\\nGreetings\"", "Greetings")]
    [InlineData("text=\"They said hello.</think> Greetings\"", "Greetings")]
    [InlineData("text=\"<think>They said hello, so\"", null)]
    [InlineData("text=\"<think></think>\"", null)]
    [InlineData("text=\" \"", null)]
    [InlineData("refusal=\"This cannot be given a title.\"", null)]
    [InlineData("text=\"I'm sorry, but I can't help with that.\"", null)]
    [InlineData("text=\"Sorry, I can't help with that.\"", null)]
    [InlineData("text=\"Unfortunately, I cannot help with that.\"", null)]
    [InlineData("tokens=5 finish=content_filter", null)]
    [InlineData("tokens=5 finish=length", null)]
    public async Task A_title_is_what_the_model_answers_and_neither_its_thoughts_nor_a_refusal(string directive, string? expected)
    {
        await using var account = new StorageAccount(stack.Local.Azurite);
        await using var program = await Start(account, $"gpt-4o-mini [[{directive}]]");
        var user = await stack.NewUser(program);
        var marker = Guid.NewGuid().ToString();

        var (chat, _) = await FirstTurn(user, $"{marker} hello");
        await TitleIsRecorded(user);

        var title = await Title(user, chat);
        Assert.Equal(expected ?? $"{marker} hello", title);
    }

    private Task<TestProgram> Start(StorageAccount account, string titleDeployment) => stack.StartProgram(
        account.Setting,
        ("Models__0__Name", "gpt-4o"),
        ("Models__1__Name", "gpt-4o-mini"),
        ("Models__1__Deployment", titleDeployment),
        ("Titles__Model", "gpt-4o-mini"));

    private static async Task<(string Chat, Guid Answer)> FirstTurn(TestUser user, string content)
    {
        var chat = Guid.NewGuid().ToString();
        var message = new JsonObject { ["role"] = "user", ["content"] = content };
        var body = new JsonObject { ["id"] = chat, ["messages"] = new JsonArray(message) };
        var answer = await user.Post("/api/chat", body, ("Accept", "text/event-stream"));
        return (chat, EventStreamText.Parse(answer.Is(HttpStatusCode.OK).Body).MessageId);
    }

    private static async Task<string> Title(TestUser user, string chat) =>
        (string)(await user.Get($"/api/chats/{chat}")).Is(HttpStatusCode.OK).Json["title"]!;

    private Task TitleIsRecorded(TestUser user) => stack.WaitUntil(
        "select exists (select from chatbot.completions where user_id = $1 and purpose = 'title' and recorded_at is not null)", user.Id);

    private IReadOnlyList<ModelCall> TitleCalls(string marker) =>
        [.. stack.Model.Calls.Where(call => call.Messages.ToString() is var messages
            && messages.Contains(marker, StringComparison.Ordinal) && messages.Contains("title for this conversation", StringComparison.Ordinal))];
}
