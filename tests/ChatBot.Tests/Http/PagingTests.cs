using System.Buffers.Text;
using System.Net;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Http;

public sealed class PagingTests(TestStack stack)
{
    [Theory]
    [InlineData("0")]
    [InlineData("101")]
    [InlineData("-1")]
    [InlineData("abc")]
    [InlineData("1.5")]
    [InlineData(" 5")]
    [InlineData("99999999999999999999")]
    [InlineData("5&limit=6")]
    public async Task A_limit_that_is_not_from_1_to_100_is_refused_naming_it(string limit)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        foreach (var list in (string[])["/api/chats", $"/api/chats/{chat}/messages"])
        {
            var problem = (await user.Get($"{list}?limit={limit}")).IsProblem(HttpStatusCode.BadRequest, "invalid_request");
            Assert.NotNull(problem["errors"]!["limit"]);
        }
    }

    [Theory]
    [InlineData("1")]
    [InlineData("100")]
    [InlineData("")]
    public async Task A_limit_from_1_to_100_or_none_is_fine(string limit)
    {
        var user = await stack.NewUser();

        (await user.Get($"/api/chats?limit={limit}")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Unknown_query_parameters_are_ignored()
    {
        var user = await stack.NewUser();

        (await user.Get("/api/chats?color=red&limit=3")).Is(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("before=x")]
    [InlineData("before=-1")]
    [InlineData("after=1.5")]
    [InlineData("after=99999999999999999999")]
    [InlineData("before=1&after=2")]
    public async Task A_place_among_messages_that_is_no_seq_is_refused(string query)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        var problem = (await user.Get($"/api/chats/{chat}/messages?{query}")).IsProblem(HttpStatusCode.BadRequest, "invalid_request");

        Assert.NotNull(problem["errors"]!["before"]);
    }

    [Fact]
    public async Task No_random_query_ever_fails_the_server()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var random = new Random(7);
        string[] names = ["limit", "cursor", "status", "before", "after"];
        for (var n = 0; n < 300; n++)
        {
            var bytes = new byte[random.Next(0, 40)];
            random.NextBytes(bytes);
            var value = n % 3 == 0 ? Base64Url.EncodeToString(bytes) : string.Concat(bytes.Select(b => $"%{b:X2}"));
            var list = n % 2 == 0 ? "/api/chats" : $"/api/chats/{chat}/messages";

            var answer = await user.Get($"{list}?{names[random.Next(names.Length)]}={value}");

            Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.BadRequest, $"{value}: {answer.Status} {answer.Body}");
        }
    }
}
