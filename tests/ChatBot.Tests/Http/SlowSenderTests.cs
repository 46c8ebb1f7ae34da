using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Http;

/// <summary>Who sends a request a byte at a time does not keep a connection for long.</summary>
public sealed class SlowSenderTests(TestStack stack)
{
    /// <summary>Both at once, as each waits for a time limit.</summary>
    [Fact]
    public async Task A_head_and_a_body_that_trickle_in_are_refused_within_seconds()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var request = RawClient.SendOf(user, chat, new string('x', 2000));
        var body = request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;

        var answers = await Task.WhenAll(Trickle(request, from: 20), Trickle(request, from: body));

        Assert.StartsWith("HTTP/1.1 408", answers[0], StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400", answers[1], StringComparison.Ordinal);
        Assert.Contains("too slowly", answers[1], StringComparison.Ordinal);
        Assert.Empty(await user.Messages(chat));
    }

    private async Task<string> Trickle(string request, int from)
    {
        using var client = await RawClient.Connect(stack.Program.Address);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await client.Write(request[..from]);
        var reading = client.ReadToEnd();
        try
        {
            for (var n = from; !reading.IsCompleted; n++)
            {
                await client.Write(request[n..(n + 1)]);
                await Task.WhenAny(reading, Task.Delay(100, over.Token));
            }
        }
        catch (System.Net.Sockets.SocketException)
        {
            // The server has closed it already.
        }

        await reading;
        return client.Read.ToString();
    }
}
