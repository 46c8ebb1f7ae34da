using System.Net;
using ChatBot.Functions.Completions;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Completions;

public sealed class SlowReaderTests(TestStack stack)
{
    [Fact]
    public async Task A_reader_of_ten_bytes_a_second_holds_up_neither_its_own_answer_nor_others()
    {
        var (slow, fast) = (await stack.NewUser(), await stack.NewUser());
        var (slowChat, fastChat) = (await slow.NewChat(), await fast.NewChat());
        using var client = await RawClient.Connect(stack.Program.Address, smallWindow: true);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        await client.Write(RawClient.SendOf(slow, slowChat, "Go. [[tokens=3000]]"));
        var dripping = Drip(client, enough.Token);
        for (var n = 0; n < 5; n++)
        {
            Assert.Equal("finish", (string?)(await fast.Send(fastChat, "Go. [[tokens=50]]")).Last["type"]);
        }

        Assert.Equal(Books.OfOneAnswer, await Books.Settled(stack.Database, slow.Id));
        Assert.InRange(client.Read.Length, 1, 1000);
        await enough.CancelAsync();
        await dripping;
    }

    [Fact]
    public async Task A_reader_that_stops_reading_counts_as_gone_after_a_while_and_can_resume()
    {
        await using var program = await stack.StartProgram(("Streams__UnreadSeconds", "1"));
        var user = await stack.NewUser(program);
        var chat = await user.NewChat();
        using var client = await RawClient.Connect(program.Address, smallWindow: true);

        var body = StackExtensions.SendBody("Go. [[endless]]");
        body["onDisconnect"] = "stop";
        await client.Write(RawClient.RequestOf(user, $"/api/chats/{chat}/stream", body));
        // Nothing is read until the program has given it up.
        await stack.WaitUntil("select exists (select from chatbot.completions where user_id = $1 and state = 'stopped')", user.Id);
        await client.ReadToEnd();

        var seen = client.Read.ToString();
        Assert.DoesNotContain("[DONE]", seen, StringComparison.Ordinal);
        var last = seen.Split('\n').Last(line => line.StartsWith("id: ", StringComparison.Ordinal) && line.Count(c => c == '-') == 2 && line.Length > 36)[4..].TrimEnd('\r');
        await Books.Settled(stack.Database, user.Id);
        var rest = EventStreamText.Parse((await user.Get($"/api/chats/{chat}/stream", ("Last-Event-ID", last))).Is(HttpStatusCode.OK).Body);
        var whole = (string)(await user.Messages(chat))[1]!["content"]!;
        Assert.Equal(whole[StreamPosition.Parse(last)!.Value.Offset..], rest.Text);
    }

    private static async Task Drip(RawClient client, CancellationToken enough)
    {
        try
        {
            while (await client.ReadSome(1))
            {
                await Task.Delay(100, enough);
            }
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            // Seen enough.
        }
    }
}
