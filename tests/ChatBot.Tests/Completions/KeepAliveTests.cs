using System.Net;
using ChatBot.Functions.Completions;
using ChatBot.Tests.Stack;
using Microsoft.AspNetCore.Http.Features;
using Xunit;

namespace ChatBot.Tests.Completions;

public sealed class KeepAliveTests(TestStack stack)
{
    private const int Streams = 200;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task In_a_silence_every_stream_gets_a_comment_each_interval_however_early_its_timer_fires(bool isAfterText)
    {
        var time = new EarlyTimers();
        using var end = new CancellationTokenSource();
        var streams = Enumerable.Range(0, Streams).Select(_ => new WatchedStream(time, end.Token)).ToList();
        if (isAfterText)
        {
            streams.ForEach(s => s.Answer.Append("So far"));
            await stack.WaitUntil(() => Task.FromResult(streams.TrueForAll(s => s.Written.Contains("So far", StringComparison.Ordinal))));
        }

        for (var silences = 1; silences <= 4; silences++)
        {
            time.Advance(s_interval - EarlyTimers.Lead);
            await stack.WaitUntil(() => Task.FromResult(streams.TrueForAll(s => s.Comments >= silences)), $"comment {silences} in each stream");
        }

        Assert.All(streams, s => Assert.StartsWith("id: ", s.Written, StringComparison.Ordinal));
        Assert.All(streams, s => Assert.Equal(1, s.Written.Split("text-start").Length - 1));
        await end.CancelAsync();
        await Task.WhenAll(streams.Select(s => s.Running));
    }

    [Fact]
    public async Task Text_puts_the_next_comment_off()
    {
        var time = new EarlyTimers();
        using var end = new CancellationTokenSource();
        var stream = new WatchedStream(time, end.Token);

        for (var n = 0; n < 5; n++)
        {
            stream.Answer.Append($"{n}.");
            await stack.WaitUntil(() => Task.FromResult(stream.Written.Contains($"{n}.", StringComparison.Ordinal)));
            time.Advance(s_interval * 0.9);
        }

        Assert.Equal(0, stream.Comments);
        await end.CancelAsync();
        await stream.Running;
    }

    [Theory]
    [InlineData("[[first=6s tokens=3]]", "GET")]
    [InlineData("[[first=6s tokens=3]]", "POST")]
    [InlineData("[[stall=3 tokens=6]]", "POST")]
    public async Task A_model_that_is_silent_for_seconds_leaves_no_stream_without_its_comments(string silence, string method)
    {
        await using var program = await stack.StartProgram(("Streams__KeepAliveSeconds", "1"), ("Streams__IdleSeconds", "6"));

        var comments = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Comments(program, silence, method)));

        // One a second, but for a machine that has other work.
        Assert.All(comments, c => Assert.True(c >= 3, $"{c} comments in six seconds"));
    }

    private async Task<int> Comments(TestProgram program, string silence, string method)
    {
        var user = await stack.NewUser(program);
        var chat = await user.NewChat();
        var path = $"/api/chats/{chat}/stream";
        var sending = user.Post(path, StackExtensions.SendBody($"Go. {silence}"));
        if (method == "GET")
        {
            await stack.WaitUntil("select exists (select from chatbot.completions where chat_id = $1)", Guid.Parse(chat));
            return (await user.Get(path)).Is(HttpStatusCode.OK).Body.Split(": keep-alive\n\n").Length - 1;
        }

        return (await sending).Is(HttpStatusCode.OK).Body.Split(": keep-alive\n\n").Length - 1;
    }

    /// <summary>An answer that nobody writes, and the stream of it that a client has open.</summary>
    private sealed class WatchedStream
    {
        private readonly WrittenText _written = new();

        public WatchedStream(TimeProvider time, CancellationToken aborted)
        {
            var http = new DefaultHttpContext { RequestAborted = aborted };
            http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(_written));
            Running = new StreamResult(
                Answer, new UiMessageStream(Answer.Id, null), 0, s_interval, s_interval, time, () => { }).ExecuteAsync(http);
        }

        public CompletionBuffer Answer { get; } = new(Guid.NewGuid());

        public Task Running { get; }

        public string Written => _written.Text;

        public int Comments => Written.Split(": keep-alive\n\n").Length - 1;
    }
}
