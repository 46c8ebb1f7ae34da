using Microsoft.Extensions.Time.Testing;

namespace ChatBot.Tests.Stack;

/// <summary>
/// A clock that a test moves on. As with the system's, a timer may fire some milliseconds before as much time has passed as it
/// was set to.
/// </summary>
public sealed class EarlyTimers : FakeTimeProvider
{
    /// <summary>How much too early.</summary>
    public static TimeSpan Lead { get; } = TimeSpan.FromMilliseconds(12);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new EarlyTimer(base.CreateTimer(callback, state, Early(dueTime), period));

    private static TimeSpan Early(TimeSpan due) => due > Lead ? due - Lead : due;

    private sealed class EarlyTimer(ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(Early(dueTime), period);

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
