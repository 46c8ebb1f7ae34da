using System.Globalization;
using System.Text.RegularExpressions;

namespace ChatBot.Tests.Schema;

/// <summary>What a file printed, in the Test Anything Protocol: a plan, a line per test, comments below those that failed.</summary>
internal sealed partial class TapReport
{
    private TapReport(int? planned, int ran, IReadOnlyList<string> failures)
    {
        Planned = planned;
        Ran = ran;
        Failures = failures;
    }

    public int? Planned { get; }

    public int Ran { get; }

    /// <summary>Each failed test with its comments.</summary>
    public IReadOnlyList<string> Failures { get; }

    public bool Passed => Planned == Ran && Failures.Count == 0;

    public static TapReport Parse(IEnumerable<string> lines)
    {
        int? planned = null;
        var ran = 0;
        var failures = new List<string>();
        var isFailing = false;

        foreach (var line in lines)
        {
            if (Plan().Match(line) is { Success: true } plan)
            {
                planned = int.Parse(plan.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            }
            else if (Result().Match(line) is { Success: true } result)
            {
                ran++;
                isFailing = result.Groups[1].Success;
                if (isFailing)
                {
                    failures.Add(line);
                }
            }
            else if (isFailing && line.StartsWith('#'))
            {
                failures[^1] += "\n" + line;
            }
        }

        return new TapReport(planned, ran, failures);
    }

    public override string ToString() => $"{Planned ?? 0} tests planned, {Ran} ran, {Failures.Count} failed\n{string.Join('\n', Failures)}";

    [GeneratedRegex(@"^1\.\.(\d+)$")]
    private static partial Regex Plan();

    [GeneratedRegex(@"^(not )?ok\b")]
    private static partial Regex Result();
}
