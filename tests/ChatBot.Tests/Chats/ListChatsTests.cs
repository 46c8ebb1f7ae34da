using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Chats;

public sealed class ListChatsTests(TestStack stack)
{
    [Fact]
    public async Task Who_has_no_chats_has_an_empty_list()
    {
        var answer = (await (await stack.NewUser()).Get("/api/chats")).Is(HttpStatusCode.OK);

        Assert.Empty(answer.Json["items"]!.AsArray());
        Assert.True(answer.Json.AsObject().ContainsKey("nextCursor"));
        Assert.Null(answer["nextCursor"]);
    }

    [Fact]
    public async Task The_list_holds_ones_own_chats_last_changed_first()
    {
        var (user, other) = (await stack.NewUser(), await stack.NewUser());
        var first = await user.NewChat();
        await other.NewChat();
        var second = await user.NewChat();
        var third = await user.NewChat();

        Assert.Equal([third, second, first], await Ids(user));
        await user.Patch($"/api/chats/{first}", new JsonObject { ["title"] = "Changed" });
        Assert.Equal([first, third, second], await Ids(user));
    }

    [Fact]
    public async Task A_message_brings_its_chat_to_the_top()
    {
        var user = await stack.NewUser();
        var first = await user.NewChat();
        var second = await user.NewChat();

        (await user.Post($"/api/chats/{first}/messages", new JsonObject { ["content"] = "Stored" })).Is(HttpStatusCode.Created);
        Assert.Equal([first, second], await Ids(user));
        await user.Send(second, "Sent");
        Assert.Equal([second, first], await Ids(user));
    }

    [Fact]
    public async Task Pages_hold_every_chat_once_while_chats_are_made_changed_and_deleted()
    {
        var user = await stack.NewUser();
        List<string> chats = [];
        for (var n = 0; n < 65; n++)
        {
            chats.Add(await user.NewChat());
        }

        var first = (await user.Get("/api/chats")).Json;
        Assert.Equal(30, first["items"]!.AsArray().Count);

        // What changes is on the first page from now on; what is deleted is nowhere.
        await user.NewChat();
        await user.Patch($"/api/chats/{chats[0]}", new JsonObject { ["title"] = "Changed" });
        await user.Delete($"/api/chats/{chats[64]}");
        await user.Delete($"/api/chats/{chats[5]}");
        var second = (await user.Get($"/api/chats?cursor={first["nextCursor"]}")).Json;
        var third = (await user.Get($"/api/chats?cursor={second["nextCursor"]}")).Json;

        chats.Reverse();
        Assert.Equal(chats[..30], Ids(first));
        // Of the older 35, the oldest one was changed, and the one six before it deleted.
        Assert.Equal(chats[30..64].Where(id => id != chats[59]), Ids(second).Concat(Ids(third)));
        Assert.Null(third["nextCursor"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(100)]
    public async Task Pages_of_any_size_add_up_to_the_list(int limit)
    {
        var user = await stack.NewUser();
        await stack.Execute(
            "insert into public.chats (user_id, title, updated_at) select $1, n::text, date_trunc('second', now()) - n / 10 * interval '1 minute' from generate_series(1, 65) n",
            user.Id);
        List<string> all = [];
        var cursor = "";
        var pages = 0;
        do
        {
            var page = (await user.Get($"/api/chats?limit={limit}&cursor={cursor}")).Is(HttpStatusCode.OK).Json;
            Assert.InRange(page["items"]!.AsArray().Count, 1, limit);
            all.AddRange(Ids(page));
            Assert.True(all.Count <= 65, "A page came again.");
            cursor = (string?)page["nextCursor"];
            pages++;
        }
        while (cursor is not null);

        Assert.Equal(65, all.Count);
        Assert.Equal(65, all.Distinct().Count());
        Assert.Equal((65 + limit - 1) / limit, pages);
        Assert.Equal(all, await stack.Scalar<string[]>("select array_agg(id::text order by updated_at desc, id desc) from public.chats where user_id = $1", user.Id));
    }

    [Fact]
    public async Task The_list_can_be_narrowed_to_a_status_page_by_page()
    {
        var user = await stack.NewUser();
        var kept = await user.NewChat();
        List<string> archived = [];
        for (var n = 0; n < 3; n++)
        {
            archived.Insert(0, await user.NewChat());
            (await user.Patch($"/api/chats/{archived[0]}", new JsonObject { ["status"] = "archived" })).Is(HttpStatusCode.OK);
        }

        Assert.Equal([kept], await Ids(user, "?status=active"));
        Assert.Equal(archived, await Ids(user, "?status=archived"));
        Assert.Equal(4, (await Ids(user)).Count);
        var page = (await user.Get("/api/chats?status=archived&limit=2")).Json;
        Assert.Equal(archived[..2], Ids(page));
        Assert.Equal(archived[2..], await Ids(user, $"?status=archived&limit=2&cursor={page["nextCursor"]}"));
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("Active")]
    [InlineData("active,archived")]
    public async Task A_status_that_there_is_not_is_refused_naming_those_there_are(string status)
    {
        var problem = (await (await stack.NewUser()).Get($"/api/chats?status={status}")).IsProblem(HttpStatusCode.BadRequest, "invalid_request");

        Assert.Contains("active, archived", (string?)problem["errors"]!["status"]![0], StringComparison.Ordinal);
    }

    private static async Task<List<string>> Ids(TestUser user, string query = "") => Ids((await user.Get("/api/chats" + query)).Is(HttpStatusCode.OK).Json);

    private static List<string> Ids(JsonNode page) => [.. page["items"]!.AsArray().Select(chat => (string)chat!["id"]!)];
}
