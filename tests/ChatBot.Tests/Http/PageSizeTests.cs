using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ChatBot.Tests.Database;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Http;

/// <summary>A page is bounded in bytes as in items, and the pages together are the whole list.</summary>
public sealed class PageSizeTests(TestStack stack)
{
    private const int Kibibyte = 1024;
    private const int Mebibyte = 1024 * 1024;

    [Fact]
    public async Task A_page_of_long_messages_holds_a_mebibyte_and_says_where_the_next_one_begins()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        await Write(user, chat, [.. Enumerable.Range(0, 20).Select(n => 256 * Kibibyte)]);

        var page = await Get(user, $"/api/chats/{chat}/messages?limit=100");

        Assert.InRange(page.Body.Length, Mebibyte, Mebibyte + (8 * Kibibyte));
        Assert.Equal(["16", "17", "18", "19"], page.Json["items"]!.AsArray().Select(Number));
        Assert.Equal(page.Json["items"]![0]!["seq"]!.ToString(), (string?)page.Json["nextCursor"]);
    }

    [Theory]
    [InlineData("before", 100)]
    [InlineData("before", 3)]
    [InlineData("after", 100)]
    [InlineData("after", 2)]
    public async Task Pages_in_either_direction_are_the_whole_list_whatever_its_lengths(string direction, int limit)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var random = new Random(limit);
        int[] lengths = [Mebibyte, 1, Mebibyte, .. Enumerable.Range(0, 25).Select(_ => 1 + random.Next(random.Next(2) == 0 ? 100 : 600 * Kibibyte)), Mebibyte, 5];
        await Write(user, chat, lengths);

        List<string> numbers = [];
        var cursor = direction == "after" ? "0" : "";
        do
        {
            var page = (await Get(user, $"/api/chats/{chat}/messages?limit={limit}{(cursor.Length > 0 ? $"&{direction}={cursor}" : "")}")).Json;
            var items = page["items"]!.AsArray();
            Assert.True(items.Count == 1 || (items.Count <= limit && items.Sum(i => ((string)i!["content"]!).Length) <= Mebibyte));
            numbers.InsertRange(direction == "after" ? numbers.Count : 0, items.Select(Number));
            cursor = (string?)page["nextCursor"] ?? "";
        }
        while (cursor.Length > 0);

        Assert.Equal(Enumerable.Range(0, lengths.Length).Select(n => n.ToString(CultureInfo.InvariantCulture)), numbers);
    }

    [Fact]
    public async Task What_becomes_longer_as_json_does_not_make_a_page_longer()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        // Six bytes for one.
        await Write(user, chat, [.. Enumerable.Range(0, 40).Select(_ => 64 * Kibibyte)], fill: '\u0001');

        var page = await Get(user, $"/api/chats/{chat}/messages?limit=100");

        Assert.InRange(page.Body.Length, Mebibyte, Mebibyte + (400 * Kibibyte));
        Assert.Equal("39", Number(page.Json["items"]!.AsArray()[^1]));
        Assert.NotNull(page.Json["nextCursor"]);
    }

    [Fact]
    public async Task A_page_of_chats_is_bounded_by_their_prompts_and_the_pages_are_all_of_them()
    {
        var user = await stack.NewUser();
        await stack.Execute(
            "insert into public.chats (user_id, title, system_prompt) select $1, n::text, repeat('p', 32768) from generate_series(1, 90) n", user.Id);

        List<string> titles = [];
        string? cursor = null;
        foreach (var status in (string[])["", "&status=active"])
        {
            do
            {
                var page = await Get(user, $"/api/chats?limit=100{status}{(cursor is null ? "" : $"&cursor={cursor}")}");
                Assert.InRange(page.Body.Length, 0, Mebibyte + (16 * Kibibyte));
                titles.AddRange(page.Json["items"]!.AsArray().Select(i => (string)i!["title"]!));
                cursor = (string?)page.Json["nextCursor"];
            }
            while (cursor is not null);
        }

        Assert.Equal(180, titles.Count);
        Assert.Equal(90, titles.Distinct().Count());
    }

    [Fact]
    public async Task A_client_that_reads_nothing_of_an_answer_is_given_up()
    {
        await using var program = await stack.StartWithoutTriggers(("Limits__ResponseBytesPerSecond", "1000000"), ("Limits__ConcurrentRequests", "1"));
        var user = await stack.NewUser(program);
        string chat = (await user.Post("/api/chats", new JsonObject { ["title"] = "A" })).Is(HttpStatusCode.Created)["id"]!;
        // Six mebibytes as JSON, more than there is room for on the way.
        await Write(user, chat, [Mebibyte], fill: '\u0001');
        using var client = await RawClient.Connect(program.Address, smallWindow: true);

        await client.Write($"GET /api/chats/{chat}/messages HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {user.Token}\r\n\r\n");
        await client.ReadUntil("HTTP/1.1 200");
        (await user.Get("/api/chats")).Is(HttpStatusCode.TooManyRequests);

        // Its place among the requests at once is free again, though it has read nothing.
        await stack.WaitUntil(async () => (await user.Get("/api/chats")).Status == HttpStatusCode.OK);
        await client.ReadToEnd();
        Assert.InRange(client.Read.Length, 1, 6 * Mebibyte);
    }

    private static async Task<ApiResponse> Get(TestUser user, string path) => (await user.Get(path)).Is(HttpStatusCode.OK);

    private static string Number(JsonNode? message) => ((string)message!["content"]!).Split(' ')[0].TrimEnd('\u0001');

    /// <summary>Answers, as those may be a mebibyte long; each begins with its number.</summary>
    private async Task Write(TestUser user, string chat, int[] lengths, char fill = 'x')
    {
        for (var n = 0; n < lengths.Length; n++)
        {
            var number = n.ToString(CultureInfo.InvariantCulture);
            var content = new StringBuilder(number);
            if (lengths[n] > number.Length)
            {
                content.Append(' ').Append(fill, lengths[n] - number.Length - 1);
            }

            await stack.Execute(
                "insert into public.messages (chat_id, user_id, role, content) values ($1, $2, 'assistant', $3)", Guid.Parse(chat), user.Id, content.ToString());
        }
    }
}
