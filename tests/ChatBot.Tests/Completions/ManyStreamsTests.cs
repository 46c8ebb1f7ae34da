using ChatBot.Functions.Completions;
using ChatBot.Tests.Database;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Completions;

public sealed class ManyStreamsTests(TestStack stack)
{
    private static readonly TimeSpan s_watched = TimeSpan.FromSeconds(2);

    // What one writer does at the most, a tick each 50 ms; sixty of them would do sixty times as much.
    private static readonly int s_mostTicks = (int)(s_watched / TimeSpan.FromMilliseconds(50)) + 2;

    [Fact]
    public async Task Many_live_streams_cause_no_more_statements_than_one()
    {
        await using var wire = new DatabaseWire(stack.Local.Postgres.Port);
        await using var program = await stack.StartWithoutTriggers(wire);

        var one = await Ticks(wire, program, 1);
        var many = await Ticks(wire, program, 60);

        Assert.InRange(one, 1, s_mostTicks);
        Assert.InRange(many, 1, s_mostTicks);
    }

    /// <summary>Statements that write drafts, while so many answers are being written.</summary>
    private async Task<int> Ticks(DatabaseWire wire, TestProgram program, int streams)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var body = StackExtensions.SendBody("Go. [[endless delay=100ms]]");
        body["onDisconnect"] = "stop";
        var open = await Task.WhenAll(Enumerable.Range(0, streams).Select(async _ =>
        {
            var user = await stack.NewUser(program);
            return await user.Open(
                HttpMethod.Post, $"/api/chats/{await user.NewChat()}/stream", body.ToJsonString(), [], HttpCompletionOption.ResponseHeadersRead, end.Token);
        }));
        Assert.All(open, response => Assert.True(response.IsSuccessStatusCode));

        var before = Count();
        await Task.Delay(s_watched, end.Token);
        var ticks = Count() - before;
        foreach (var response in open)
        {
            response.Dispose();
        }

        await stack.WaitUntil(() => Task.FromResult(program.Services.GetRequiredService<LiveCompletions>().Count == 0));
        return ticks;

        int Count() => wire.Requests.Count(request => request.Contains("append_deltas", StringComparison.Ordinal));
    }
}
