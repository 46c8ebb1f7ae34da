using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Local;
using ChatBot.Shared.Queues;
using ChatBot.Tests.Stack;
using Npgsql;
using Xunit;

namespace ChatBot.Tests.Completions;

/// <summary>A chat has the name that its user gave it, else the first words of its first message, else the title of a model.</summary>
public sealed class UnnamedChatTests(TestStack stack)
{
    public static TheoryData<string> WaysToBegin =>
        ["created, then sent to", "created, then sent to as the AI SDK does", "created, then written to, then regenerated", "created by the send", "inserted through Supabase, then sent to"];

    [Theory]
    [MemberData(nameof(WaysToBegin))]
    public async Task A_chat_that_nobody_named_gets_the_first_words_however_it_began(string way)
    {
        var user = await stack.NewUser();

        var chat = await BeginUnnamed(user, way, "Why is  the sky\nblue? [[tokens=2]]");
        Assert.Equal("Why is the sky blue? [[tokens=2]]", await Title(user, chat));

        await user.Send(chat, "And the sea? [[tokens=2]]");
        Assert.Equal("Why is the sky blue? [[tokens=2]]", await Title(user, chat));
    }

    [Theory]
    [MemberData(nameof(WaysToBegin))]
    public async Task A_chat_that_nobody_named_gets_a_models_title_however_it_began(string way)
    {
        await using var account = new StorageAccount(stack.Local.Azurite);
        await using var program = await Start(account, "gpt-4o-mini");
        var user = await stack.NewUser(program);
        var marker = Guid.NewGuid().ToString();

        var chat = await BeginUnnamed(user, way, $"{marker} [[tokens=5]]");
        await TitleIsRecorded(user);

        Assert.Equal(Assert.Single(TitleCalls(marker)).SentText, await Title(user, chat));
    }

    [Fact]
    public async Task A_message_that_is_written_without_a_call_names_the_chat_too_and_one_of_blanks_does_not()
    {
        var user = await stack.NewUser();
        var chat = await NewUnnamedChat(user);

        await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["content"] = "\n \t" });
        Assert.Equal("New chat", await Title(user, chat));
        (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["content"] = "Hello there" })).Is(HttpStatusCode.Created);

        Assert.Equal("Hello there", await Title(user, chat));
    }

    [Theory]
    [InlineData("created with it", "New chat")]
    [InlineData("created with it", "Mine")]
    [InlineData("changed to it", "New chat")]
    [InlineData("changed to it", "Mine")]
    [InlineData("inserted with it through Supabase", "Mine")]
    [InlineData("changed to it through Supabase", "Mine")]
    public async Task A_name_that_the_user_gave_before_the_first_message_stays(string way, string name)
    {
        await using var account = new StorageAccount(stack.Local.Azurite);
        await using var program = await Start(account, "gpt-4o-mini");
        var user = await stack.NewUser(program);
        var chat = way switch
        {
            "created with it" => (await user.Post("/api/chats", new JsonObject { ["title"] = name })).Is(HttpStatusCode.Created)["id"]!,
            "inserted with it through Supabase" => await Insert(user, name),
            _ => await NewUnnamedChat(user),
        };
        if (way == "changed to it")
        {
            (await user.Patch($"/api/chats/{chat}", new JsonObject { ["title"] = name })).Is(HttpStatusCode.OK);
        }
        else if (way == "changed to it through Supabase")
        {
            await AsUser(user, "update public.chats set title = $1 where id = $2", name, Guid.Parse(chat));
        }

        var marker = Guid.NewGuid().ToString();
        await stack.WaitUntilRecorded((await user.Send(chat, $"{marker} [[tokens=2]]")).MessageId);
        await account.WaitUntilEmpty(QueueNames.AssistantMessages);

        Assert.Equal(name, await Title(user, chat));
        Assert.Empty(TitleCalls(marker));
    }

    [Fact]
    public async Task A_create_that_is_repeated_after_the_chat_got_its_title_gives_the_same_chat()
    {
        var user = await stack.NewUser();
        var body = new JsonObject { ["id"] = "first-of-mine" };
        var chat = (await user.Post("/api/chats", body.DeepClone())).Is(HttpStatusCode.Created)["id"]!;
        await user.Send(chat, "Hello [[tokens=2]]");

        Assert.Equal(chat, (await user.Post("/api/chats", body.DeepClone())).Is(HttpStatusCode.OK)["id"]);
        (await user.Patch($"/api/chats/{chat}", new JsonObject { ["title"] = "Mine" })).Is(HttpStatusCode.OK);
        (await user.Post("/api/chats", body)).IsProblem(HttpStatusCode.Conflict, "id_in_use");
    }

    private async Task<string> BeginUnnamed(TestUser user, string way, string content)
    {
        if (way == "created by the send")
        {
            var unheardOf = Guid.NewGuid().ToString();
            await SendAsTheAISdk(user, unheardOf, content);
            return unheardOf;
        }

        var chat = way.StartsWith("inserted", StringComparison.Ordinal) ? await Insert(user, null) : await NewUnnamedChat(user);
        switch (way)
        {
            case "created, then sent to as the AI SDK does":
                await SendAsTheAISdk(user, chat, content);
                break;
            case "created, then written to, then regenerated":
                (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["content"] = content })).Is(HttpStatusCode.Created);
                (await user.Post($"/api/chats/{chat}/stream", new JsonObject { ["trigger"] = "regenerate-message" })).Is(HttpStatusCode.OK);
                break;
            default:
                await user.Send(chat, content);
                break;
        }

        return chat;
    }

    private static async Task SendAsTheAISdk(TestUser user, string chat, string content)
    {
        var message = new JsonObject { ["id"] = "m1", ["role"] = "user", ["content"] = content };
        var body = new JsonObject { ["id"] = chat, ["messages"] = new JsonArray(message) };
        (await user.Post("/api/chat", body, ("Accept", "text/event-stream"))).Is(HttpStatusCode.OK);
    }

    private static async Task<string> NewUnnamedChat(TestUser user) =>
        (await user.Post("/api/chats", new JsonObject())).Is(HttpStatusCode.Created)["id"]!;

    /// <summary>A chat as a client of Supabase's own API makes it.</summary>
    private async Task<string> Insert(TestUser user, string? title)
    {
        var id = Guid.NewGuid();
        if (title is null)
        {
            await AsUser(user, "insert into public.chats (id) values ($1)", id);
        }
        else
        {
            await AsUser(user, "insert into public.chats (id, title) values ($1, $2)", id, title);
        }

        return id.ToString();
    }

    private async Task AsUser(TestUser user, string sql, params object[] parameters)
    {
        await using var connection = await stack.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        var become = new NpgsqlBatchCommand("select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)");
        become.Parameters.Add(new() { Value = "authenticated" });
        become.Parameters.Add(new() { Value = $$"""{"sub":"{{user.Id}}","role":"authenticated"}""" });
        batch.BatchCommands.Add(become);
#pragma warning disable CA2100 // The test's own.
        var command = new NpgsqlBatchCommand(sql);
#pragma warning restore CA2100
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter });
        }

        batch.BatchCommands.Add(command);
        await batch.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private Task<TestProgram> Start(StorageAccount account, string titleDeployment) => stack.StartProgram(
        account.Setting,
        ("Models__0__Name", "gpt-4o"),
        ("Models__1__Name", "gpt-4o-mini"),
        ("Models__1__Deployment", titleDeployment),
        ("Titles__Model", "gpt-4o-mini"));

    private static async Task<string> Title(TestUser user, string chat) =>
        (string)(await user.Get($"/api/chats/{chat}")).Is(HttpStatusCode.OK).Json["title"]!;

    private Task TitleIsRecorded(TestUser user) => stack.WaitUntil(
        "select exists (select from chatbot.completions where user_id = $1 and purpose = 'title' and recorded_at is not null)", user.Id);

    private IReadOnlyList<ModelCall> TitleCalls(string marker) =>
        [.. stack.Model.Calls.Where(call => call.Messages.ToString() is var messages
            && messages.Contains(marker, StringComparison.Ordinal) && messages.Contains("title for this conversation", StringComparison.Ordinal))];
}
