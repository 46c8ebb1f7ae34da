using System.Diagnostics;

namespace ChatBot.Tests.Local;

internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <summary>Polls until the value is what is waited for; fails with the last one seen.</summary>
    public static async Task<T> GetAsync<T>(Func<T> read, Func<T, bool> expected, CancellationToken cancellation)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(Interval, cancellation))
        {
            var value = read();
            if (expected(value))
                return value;
            if (watch.Elapsed > Deadline)
                throw new TimeoutException($"Not within {Deadline.TotalSeconds} s. Last seen: {value}");
        }
    }
}
