using System.Net;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Http;

/// <summary>Limits of the request's head; the server itself refuses what exceeds them, before any path is known.</summary>
public sealed class LimitTests(TestStack stack)
{
    [Fact]
    public async Task A_request_line_of_8_KiB_is_read_and_a_longer_one_is_refused()
    {
        var user = await stack.NewUser();

        (await user.Get("/api/chats?x=" + new string('x', 8_000))).Is(HttpStatusCode.OK);
        (await user.Get("/api/chats?x=" + new string('x', 8_200))).Is(HttpStatusCode.RequestUriTooLong);
    }

    [Fact]
    public async Task Headers_of_32_KiB_are_read_and_larger_ones_are_refused()
    {
        var user = await stack.NewUser();

        (await user.Get("/api/chats", ("X-Padding", new string('x', 30 * 1024)))).Is(HttpStatusCode.OK);
        (await user.Get("/api/chats", ("X-Padding", new string('x', 33 * 1024)))).Is(HttpStatusCode.RequestHeaderFieldsTooLarge);
    }

    [Fact]
    public async Task Ninety_headers_are_read_and_more_than_a_hundred_are_refused()
    {
        var user = await stack.NewUser();

        (await user.Get("/api/chats", [.. Enumerable.Range(0, 90).Select(n => ($"X-{n}", "x"))])).Is(HttpStatusCode.OK);
        (await user.Get("/api/chats", [.. Enumerable.Range(0, 101).Select(n => ($"X-{n}", "x"))])).Is(HttpStatusCode.RequestHeaderFieldsTooLarge);
    }
}
