using ChatBot.Chaos;

namespace ChatBot.Year.Accounts;

/// <summary>How the model is told to answer: mostly well, sometimes slowly, sometimes with one of its faults.</summary>
internal static class ModelFaultMix
{
    public const int LongestAnswer = 400;

    private static readonly IReadOnlyList<(int Weight, Func<Random, string> Choice)> s_faults =
    [
        (4, _ => "usage=off"),
        (1, _ => "usage=twice"),
        (1, _ => "usage=absurd"),
        (3, random => $"cut={random.Next(1, 20)}"),
        (3, _ => "cut-before-usage"),
        (2, random => $"end={random.Next(1, 20)}"),
        (2, random => $"malformed={random.Next(1, 20)}"),
        (2, random => $"error={random.Next(1, 20)}"),
        (2, _ => "status=429 retry-after=1 times=1"),
        (2, _ => "status=500 times=1"),
        (1, _ => "status=500"),
        (1, _ => "status=400"),
        (1, _ => "no-headers times=1"),
        (3, _ => "cached=5"),
        (3, _ => "reasoning=7"),
        (2, _ => "cached=3 cache-write=4"),
        (2, _ => "think=6 reasoning-apart"),
        (1, _ => "finish=length"),
    ];

    public static string Draw(Account account, Random random) => random.NextDouble() switch
    {
        < 0.5 when account.IsWordy => $"tokens={LongestAnswer} delay=0ms",
        < 0.12 => Slow(random),
        < 0.37 => $"tokens={random.Next(5, 40)} delay=0ms {random.Weighted(s_faults)(random)}",
        _ => $"tokens={random.Next(5, 40)} delay=0ms",
    };

    /// <summary>For half a second to two seconds.</summary>
    public static string Slow(Random random) => $"tokens={random.Next(25, 50)} delay={random.Next(20, 40)}ms";
}
