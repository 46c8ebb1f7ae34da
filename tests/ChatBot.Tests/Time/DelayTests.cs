using ChatBot.Functions.Time;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Time;

public sealed class DelayTests
{
    [Fact]
    public async Task A_timer_that_fires_early_is_waited_for_again()
    {
        var time = new EarlyTimers();
        var delay = time.DelayAtLeast(TimeSpan.FromSeconds(1.5), TestContext.Current.CancellationToken);

        time.Advance(TimeSpan.FromSeconds(1.5) - EarlyTimers.Lead);
        Assert.False(delay.IsCompleted);

        time.Advance(EarlyTimers.Lead);
        await delay;
    }

    [Fact]
    public async Task None_of_many_ends_early_by_the_system_clock()
    {
        var time = TimeProvider.System;
        var delays = Enumerable.Range(0, 500).Select(async n =>
        {
            var delay = TimeSpan.FromMilliseconds(20 + (n * 0.37));
            var start = time.GetTimestamp();
            await time.DelayAtLeast(delay, TestContext.Current.CancellationToken);
            return time.GetElapsedTime(start) - delay;
        });

        Assert.All(await Task.WhenAll(delays), over => Assert.True(over >= TimeSpan.Zero, $"{over.TotalMilliseconds} ms"));
    }

    [Fact]
    public async Task It_ends_when_it_is_cancelled()
    {
        using var cancelling = new CancellationTokenSource();
        var delay = new EarlyTimers().DelayAtLeast(TimeSpan.FromSeconds(1), cancelling.Token);

        await cancelling.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => delay);
    }
}
