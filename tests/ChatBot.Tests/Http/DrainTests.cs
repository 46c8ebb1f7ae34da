using System.Text;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Http;

/// <summary>A request is taken in before it is refused: a proxy that is still sending would lose the answer.</summary>
public sealed class DrainTests(TestStack stack)
{
    private const int Megabytes = 3 * 1024 * 1024;

    public static TheoryData<string, string> Refusals => new()
    {
        { "POST /api/chats", "413" },
        { "POST /api/chats/unknown/stream", "413" },
        { "POST /api/chat", "400" },
        { "POST /api/chats/unknown/messages", "413" },
        { "PUT /api/preferences/openai-key", "413" },
        { "POST /api/nothing", "404" },
        { "PUT /api/chats", "404" },
        { "POST /api/billing/prices", "403" },
        { "DELETE /api/chats/unknown", "404" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_refusal_comes_when_three_megabytes_are_in_and_the_connection_stays_good(string request, string status)
    {
        var user = await stack.NewUser();
        using var client = await RawClient.Connect(stack.Program.Address);

        for (var n = 1; n <= 3; n++)
        {
            await client.Write(Head(request, user.Token, Megabytes) + "{\"title\":\"");
            await client.Write(new string('x', Megabytes - 10));
            await client.ReadUntil($"HTTP/1.1 {status}");
            await client.ReadUntil("\"traceId\"");
            client.Read.Clear();
        }

        await client.Write($"GET /api/chats HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {user.Token}\r\n\r\n");
        await client.ReadUntil("HTTP/1.1 200");
    }

    [Theory]
    [InlineData("application/json", "413", null)]
    [InlineData("text/html", "415", null)]
    [InlineData("application/json", "401", "none")]
    public async Task No_refusal_is_sent_while_its_request_is_still_coming(string type, string status, string? token)
    {
        var user = await stack.NewUser();
        using var client = await RawClient.Connect(stack.Program.Address);

        await client.Write(Head("POST /api/chats", token ?? user.Token, Megabytes, type) + new string(' ', Megabytes / 2));
        var reading = client.ReadUntil($"HTTP/1.1 {status}");
        var first = await Task.WhenAny(reading, Task.Delay(TimeSpan.FromMilliseconds(300), TestContext.Current.CancellationToken));
        Assert.NotSame(reading, first);

        await client.Write(new string(' ', Megabytes - (Megabytes / 2)));
        await reading;
    }

    [Fact]
    public async Task What_never_comes_is_not_waited_for()
    {
        var user = await stack.NewUser();
        using var client = await RawClient.Connect(stack.Program.Address);

        await client.Write(Head("POST /api/chats", user.Token, Megabytes, "text/html") + "{");

        await client.ReadUntil("HTTP/1.1 415");
    }

    [Fact]
    public async Task Who_waits_for_leave_to_send_is_refused_without_it()
    {
        var user = await stack.NewUser();
        using var client = await RawClient.Connect(stack.Program.Address);

        await client.Write(Head("POST /api/chats", user.Token, Megabytes).Replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n", StringComparison.Ordinal));
        await client.ReadUntil("HTTP/1.1 413");

        Assert.DoesNotContain("100 Continue", client.Read.ToString(), StringComparison.Ordinal);
    }

    private static string Head(string request, string token, int length, string type = "application/json") =>
        new StringBuilder($"{request} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n")
            .Append($"Content-Type: {type}\r\nContent-Length: {length}\r\n\r\n").ToString();
}
