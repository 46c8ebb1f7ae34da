namespace ChatBot.Functions.Time;

public static class TimeProviderExtensions
{
    /// <summary>
    /// Completes when as much time has passed by the clock. A timer goes by a coarser one, and cuts to whole milliseconds: by itself it
    /// fires up to 5 ms early.
    /// </summary>
    public static async Task DelayAtLeast(this TimeProvider time, TimeSpan delay, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        for (var left = delay; left > TimeSpan.Zero; left = delay - time.GetElapsedTime(start))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), time, cancellationToken);
        }
    }
}
