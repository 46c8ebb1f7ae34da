using ChatBot.Chaos.Checking;

namespace ChatBot.Year.Checking;

/// <summary>Everything was settled, recorded and closed, and nothing was answered that is not announced.</summary>
internal static class AllClosed
{
    public static Finding Check(YearEvidence evidence) => new(
        "1",
        "everything is recorded, settled and closed",
        $"{evidence.Books.Periods.Count} periods, {evidence.Books.Periods.Select(p => p.UserId).Distinct().Count()} users",
        [.. evidence.Books.Unfinished, .. evidence.Unexpected.Select(answer => $"answered with {answer}")]);
}
