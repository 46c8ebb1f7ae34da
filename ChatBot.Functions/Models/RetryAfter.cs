using System.Globalization;
using System.Net.Http.Headers;

namespace ChatBot.Functions.Models;

/// <summary>How long an endpoint asks to be left alone.</summary>
public static class RetryAfter
{
    // No client waits for longer in earnest, and a header may say anything.
    private static readonly TimeSpan s_max = TimeSpan.FromHours(1);

    /// <param name="milliseconds">The header <c>retry-after-ms</c>.</param>
    /// <param name="secondsOrDate">The header <c>Retry-After</c>.</param>
    /// <returns>The longer of the two; null where neither says anything.</returns>
    public static TimeSpan? Read(string? milliseconds, string? secondsOrDate, DateTimeOffset now)
    {
        double?[] numbers = [Number(milliseconds) / 1000, Number(secondsOrDate)];
        var seconds = numbers.Max();
        if (RetryConditionHeaderValue.TryParse(secondsOrDate, out var value) && value.Date is { } moment)
        {
            seconds = Math.Max((moment - now).TotalSeconds, seconds ?? 0);
        }

        return seconds switch
        {
            null or <= 0 => null,
            var some when some < s_max.TotalSeconds => TimeSpan.FromSeconds(some.Value),
            _ => s_max,
        };
    }

    // Digits and a point: neither a sign nor an exponent.
    private static double? Number(string? text) =>
        double.TryParse(text?.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
}
