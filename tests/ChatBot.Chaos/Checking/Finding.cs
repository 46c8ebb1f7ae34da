namespace ChatBot.Chaos.Checking;

/// <summary>One invariant, what was looked at, and what was found wrong.</summary>
/// <param name="Name">As docs/testing.md names it: 1a, 3b, …</param>
/// <param name="Counts">What was looked at, in words.</param>
/// <param name="Wrong">What is wrong, one line each.</param>
public sealed record Finding(string Name, string Claim, string Counts, IReadOnlyList<string> Wrong)
{
    private const int Shown = 5;

    public bool Holds => Wrong.Count == 0;

    public override string ToString() => string.Join(
        "\n     ",
        [$"{(Holds ? "ok  " : "FAIL")} {Name,-2} {Claim}: {Counts}, {Wrong.Count} wrong", .. Wrong.Take(Shown)]);
}
