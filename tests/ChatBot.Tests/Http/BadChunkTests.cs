using ChatBot.Tests.Routes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Http;

/// <summary>Bodies whose framing is broken.</summary>
public sealed class BadChunkTests(TestStack stack)
{
    public static TheoryData<string> Routes =>
        [.. RouteTable.Endpoints.Where(e => TakesBody(e) && e.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal)).Select(RouteTable.Describe)];

    [Theory]
    [InlineData("80000000")]
    [InlineData("ffffffff")]
    [InlineData("7fffffff0")]
    [InlineData("FFFFFFFFFFFFFFFFFFFF")]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("")]
    [InlineData("5 5")]
    public async Task A_chunk_size_that_is_none_is_a_bad_request(string size) => Assert.StartsWith("HTTP/1.1 400", await Post("POST /api/chats", size), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_chunk_size_beyond_all_bounds_is_a_bad_request_everywhere(string route)
    {
        var endpoint = RouteTable.Find(route);

        var answer = await Post($"{RouteTable.Method(endpoint)} {RouteTable.Path(endpoint)}", "80000000");

        // A route that asks for no body, or not of a user, may answer before it reads one.
        Assert.Matches("^HTTP/1.1 (2..|4..)", answer);
    }

    private async Task<string> Post(string request, string size)
    {
        var user = await stack.NewUser();
        using var client = await RawClient.Connect(stack.Program.Address);
        await client.Write(
            $"{request} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {user.Token}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" +
            $"2\r\n{{\"\r\n{size}\r\ntitle\r\n");
        await client.ReadUntil("\r\n\r\n");
        return client.Read.ToString();
    }

    private static bool TakesBody(RouteEndpoint endpoint) => RouteTable.Method(endpoint) != HttpMethod.Get;
}
