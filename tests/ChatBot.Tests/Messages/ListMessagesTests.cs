using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Messages;

public sealed class ListMessagesTests(TestStack stack)
{
    [Fact]
    public async Task The_newest_page_comes_first_oldest_first_within_it()
    {
        var user = await stack.NewUser();
        var chat = await Fill(user, 70);

        var first = await Page(user, chat, "");
        var second = await Page(user, chat, $"?before={first["nextCursor"]}");
        var third = await Page(user, chat, $"?before={second["nextCursor"]}");

        Assert.Equal(Numbers(41, 70), Contents(first));
        Assert.Equal(Numbers(11, 40), Contents(second));
        Assert.Equal(Numbers(1, 10), Contents(third));
        Assert.Null(third["nextCursor"]);
    }

    [Fact]
    public async Task What_came_after_a_message_comes_oldest_first()
    {
        var user = await stack.NewUser();
        var chat = await Fill(user, 70);
        var oldest = (await Page(user, chat, "?after=0&limit=5"))!;

        var next = await Page(user, chat, $"?after={oldest["items"]![4]!["seq"]}&limit=60");
        var last = await Page(user, chat, $"?after={next["nextCursor"]}&limit=60");

        Assert.Equal(Numbers(1, 5), Contents(oldest));
        Assert.Equal(Numbers(6, 65), Contents(next));
        Assert.Equal(Numbers(66, 70), Contents(last));
        Assert.Null(last["nextCursor"]);
    }

    [Fact]
    public async Task After_the_newest_message_there_is_nothing_until_there_is()
    {
        var user = await stack.NewUser();
        var chat = await Fill(user, 3);
        var newest = (await Page(user, chat, "?limit=1"))["items"]![0]!["seq"];

        Assert.Empty(Contents(await Page(user, chat, $"?after={newest}")));
        await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["content"] = "4" });
        Assert.Equal(["4"], Contents(await Page(user, chat, $"?after={newest}")));
    }

    [Fact]
    public async Task Pages_stay_in_place_while_messages_come_and_go()
    {
        var user = await stack.NewUser();
        var chat = await Fill(user, 70);
        var first = await Page(user, chat, "");

        await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["content"] = "71" });
        await user.Delete($"/api/chats/{chat}/messages/{first["items"]![0]!["id"]}");
        var second = await Page(user, chat, $"?before={first["nextCursor"]}");

        Assert.Equal(Numbers(11, 40), Contents(second));
    }

    [Fact]
    public async Task Exactly_one_page_has_no_next_one()
    {
        var user = await stack.NewUser();
        var chat = await Fill(user, 6);

        Assert.Null((await Page(user, chat, "?limit=6"))["nextCursor"]);
        Assert.NotNull((await Page(user, chat, "?limit=5"))["nextCursor"]);
        Assert.Null((await Page(user, chat, "?limit=6&after=0"))["nextCursor"]);
        Assert.NotNull((await Page(user, chat, "?limit=5&after=0"))["nextCursor"]);
    }

    [Fact]
    public async Task A_chat_without_messages_is_empty_and_one_that_is_not_there_is_not_found()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        foreach (var query in (string[])["", "?before=5", "?after=5"])
        {
            Assert.Empty(Contents(await Page(user, chat, query)));
            (await user.Get($"/api/chats/{Guid.NewGuid()}/messages{query}")).IsProblem(HttpStatusCode.NotFound, "not_found");
        }
    }

    [Fact]
    public async Task A_question_and_its_answer_follow_each_other()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var answer = await user.Send(chat, "Say it. [[text=\"Hello\"]]", "m");
        await stack.WaitUntilRecorded(answer.MessageId);

        var messages = await user.Messages(chat);

        Assert.Equal(["user", "assistant"], messages.Select(m => (string?)m!["role"]));
        Assert.Equal("m", (string?)messages[0]!["clientId"]);
        Assert.Equal(answer.MessageId, (Guid)messages[1]!["id"]!);
        Assert.Equal("Hello", (string?)messages[1]!["content"]);
        Assert.Equal("complete", (string?)messages[1]!["status"]);
        Assert.Equal("stop", (string?)messages[1]!["finishReason"]);
        Assert.NotNull(messages[1]!["model"]);
        Assert.True((int)messages[1]!["receipt"]!["outputTokens"]! > 0);
    }

    [Fact]
    public async Task Messages_stored_at_the_same_time_each_have_a_place_of_their_own()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(n => user.Post($"/api/chats/{chat}/messages", new JsonObject { ["content"] = $"{n}" })));

        var places = (await user.Messages(chat)).Select(m => (long)m!["seq"]!).ToList();
        Assert.Equal(20, places.Distinct().Count());
        Assert.Equal(places.Order(), places);
    }

    private static async Task<string> Fill(TestUser user, int count)
    {
        var chat = await user.NewChat();
        for (var n = 1; n <= count; n++)
        {
            (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["content"] = $"{n}" })).Is(HttpStatusCode.Created);
        }

        return chat;
    }

    private static async Task<JsonNode> Page(TestUser user, string chat, string query) => (await user.Get($"/api/chats/{chat}/messages{query}")).Is(HttpStatusCode.OK).Json;

    private static IEnumerable<string> Contents(JsonNode page) => page["items"]!.AsArray().Select(m => (string)m!["content"]!);

    private static IEnumerable<string> Numbers(int first, int last) => Enumerable.Range(first, last - first + 1).Select(n => $"{n}");
}
