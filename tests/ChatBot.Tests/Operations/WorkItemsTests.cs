using System.Threading.Channels;
using ChatBot.DurableTask;
using Grpc.Core;
using Microsoft.DurableTask.Protobuf;
using Xunit;

namespace ChatBot.Tests.Operations;

public sealed class WorkItemsTests
{
    [Fact]
    public async Task What_a_program_had_when_it_went_away_another_one_gets()
    {
        var items = new WorkItems();
        await using var first = new Program(items);
        await items.WriteAsync(Item("a"));
        await items.WriteAsync(Item("b"));
        var (a, b) = (await first.Next(), await first.Next());
        Assert.True(items.TryEnd(a.CompletionToken));

        await first.DisposeAsync();
        await using var second = new Program(items);

        var again = await second.Next();
        Assert.Equal("b", again.ActivityRequest.Name);
        Assert.NotEqual(b.CompletionToken, again.CompletionToken);
    }

    [Fact]
    public async Task What_comes_late_from_a_program_that_lost_it_does_not_count()
    {
        var items = new WorkItems();
        await using var first = new Program(items);
        await items.WriteAsync(Item("a"));
        var late = (await first.Next()).CompletionToken;
        await first.DisposeAsync();
        await using var second = new Program(items);
        var token = (await second.Next()).CompletionToken;

        Assert.False(items.TryEnd(late));
        Assert.True(items.TryEnd(token));
        Assert.False(items.TryEnd(token));
    }

    [Fact]
    public async Task What_is_returned_is_handed_out_again()
    {
        var items = new WorkItems();
        await using var program = new Program(items);
        await items.WriteAsync(Item("a"));
        var token = (await program.Next()).CompletionToken;

        items.Return(token);
        items.Return(token);

        Assert.Equal("a", (await program.Next()).ActivityRequest.Name);
        Assert.Equal(0, program.Waiting);
    }

    [Fact]
    public async Task A_program_that_cannot_be_written_to_gets_nothing_more()
    {
        var items = new WorkItems();
        await using var broken = new Program(items, isBroken: true);
        await items.WriteAsync(Item("a"));
        await broken.Ended;

        await using var program = new Program(items);

        Assert.Equal("a", (await program.Next()).ActivityRequest.Name);
    }

    private static WorkItem Item(string name) => new() { ActivityRequest = new() { Name = name } };

    /// <summary>A connected program.</summary>
    private sealed class Program : IServerStreamWriter<WorkItem>, IAsyncDisposable
    {
        private readonly CancellationTokenSource _gone = new();
        private readonly Channel<WorkItem> _received = Channel.CreateUnbounded<WorkItem>();
        private readonly bool _isBroken;

        public Program(WorkItems items, bool isBroken = false)
        {
            _isBroken = isBroken;
            Ended = items.Serve(this, _gone.Token);
        }

        public Task Ended { get; }

        public int Waiting => _received.Reader.Count;

        public WriteOptions? WriteOptions { get; set; }

        public async Task<WorkItem> Next() => await _received.Reader.ReadAsync(TestContext.Current.CancellationToken);

        public Task WriteAsync(WorkItem message) => WriteAsync(message, CancellationToken.None);

        public Task WriteAsync(WorkItem message, CancellationToken cancellationToken) =>
            // As another might change it, who gets it next.
            _isBroken ? throw new IOException("The connection is closed.") : _received.Writer.WriteAsync(message.Clone(), CancellationToken.None).AsTask();

        public async ValueTask DisposeAsync()
        {
            await _gone.CancelAsync();
            await Ended;
        }
    }
}
