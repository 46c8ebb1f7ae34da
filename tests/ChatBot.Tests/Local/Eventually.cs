using System.Diagnostics;

namespace ChatBot.Tests.Local;

internal static class Eventually
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(10);

    /// <summary>Polls until the value is what is waited for; fails with the last one seen.</summary>
    public static async Task<T> GetAsync<T>(Func<T> read, Func<T, bool> expected, CancellationToken cancellationToken)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(s_interval, cancellationToken))
        {
            var value = read();
            if (expected(value))
            {
                return value;
            }

            if (watch.Elapsed > s_deadline)
            {
                throw new TimeoutException($"Not within {s_deadline.TotalSeconds} s. Last seen: {value}");
            }
        }
    }
}
