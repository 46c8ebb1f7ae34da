namespace ChatBot.Chaos.Clients;

/// <summary>How the model is told to answer: mostly well and slowly, sometimes with one of its faults.</summary>
public sealed class ModelBehaviour(TimeSpan longest, bool hasFaults)
{
    private static readonly IReadOnlyList<(int Weight, Func<Random, string> Choice)> s_faults =
    [
        (4, _ => "usage=off"),
        (1, _ => "usage=twice"),
        (1, _ => "usage=absurd"),
        (3, random => $"cut={random.Next(1, 40)}"),
        (3, _ => "cut-before-usage"),
        (2, random => $"end={random.Next(1, 40)}"),
        (2, random => $"stall={random.Next(1, 40)}"),
        (2, random => $"malformed={random.Next(1, 40)}"),
        (2, random => $"error={random.Next(1, 40)}"),
        (2, _ => "status=429 retry-after=1 times=1"),
        (1, _ => "status=429"),
        (2, _ => "status=500"),
        (1, _ => "status=503 times=1"),
        (1, _ => "status=400"),
        (1, _ => "no-headers"),
        (2, _ => "first=2s"),
        (1, _ => "bytes"),
        (2, _ => "nul"),
        (2, _ => "surrogate"),
        (1, _ => "empty-choices"),
        (1, _ => "null-content"),
        (1, _ => "finish=length"),
        (1, _ => "cached=5"),
        (1, _ => "cached=3 cache-write=4"),
        (1, _ => "reasoning=9 reasoning-apart"),
        (1, _ => "reasoning=7"),
        (2, random => $"think={random.Next(1, 60)}"),
        (2, random => $"think={random.Next(1, 60)} usage=off"),
        (1, random => $"think={random.Next(1, 60)} stall=0"),
        (1, _ => "usage=\"{\\\"prompt_tokens\\\":0,\\\"completion_tokens\\\":0}\""),
        (1, _ => "error-json error-code=429 times=1"),
        (1, _ => "heartbeat"),
        (1, _ => "joined=lines"),
        (1, _ => "whole"),
    ];

    /// <param name="marker">The asking user's.</param>
    public string Draw(Random random, string marker)
    {
        var lasts = random.Between(longest / 10, longest);
        var tokens = random.Next(20, 160);
        var well = $"tokens={tokens} delay={Math.Max(1, (int)(lasts / tokens).TotalMilliseconds)}ms";
        return random.NextDouble() switch
        {
            < 0.10 => $"text=\"{marker} {string.Join(' ', Enumerable.Repeat("and so on", tokens / 4))}\" delay={(int)(lasts / tokens).TotalMilliseconds}ms",
            < 0.16 => "echo delay=5ms",
            < 0.20 => $"split-utf8 tokens={random.Next(10, 40)} delay=20ms",
            < 0.50 when hasFaults => $"{well} {random.Weighted(s_faults)(random)}",
            _ => well,
        };
    }
}
