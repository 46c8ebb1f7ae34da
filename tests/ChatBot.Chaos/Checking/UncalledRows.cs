using ChatBot.Chaos.Journals;

namespace ChatBot.Chaos.Checking;

/// <summary>
/// A ledger row without a call is one that was admitted and then stopped by its user, or whose process or database was broken, on its
/// way to the model: whether it had come there was in doubt, so its prompt is charged, and no output.
/// </summary>
internal static class UncalledRows
{
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(1);

    public static Finding Check(Facts facts)
    {
        var called = facts.Evidence.Calls.Where(MeteredCalls.IsAccepted).Select(call => call.RequestId).ToHashSet();
        // A row that was adjusted to nothing says itself that there was no call.
        var sums = facts.Books.Ledger.GroupBy(e => (e.CompletionId, e.Attempt)).ToDictionary(g => g.Key, g => g.Sum(e => e.Tokens));
        var uncalled = facts.Books.Ledger.Where(e => !e.IsAdjustment && !called.Contains(e.Id) && sums[(e.CompletionId, e.Attempt)] != 0).ToList();
        var wrong = uncalled.Where(row => !IsInDoubt(facts, row))
            .Select(row => $"ledger row {row.Id} of completion {row.CompletionId}: {row.Input}+{row.Output} tokens {row.Quality}, and no call");
        return new("3d", "no usage without a call", $"{facts.Books.Ledger.Count} ledger rows, {uncalled.Count} in doubt, their prompts charged", [.. wrong]);
    }

    private static bool IsInDoubt(Facts facts, UsageEventRow row) =>
        row is { Quality: "estimated", Output: 0 }
        && facts.CompletionsById.TryGetValue(row.CompletionId, out var completion)
        && (completion.State == "stopped" || facts.Evidence.Faults.All.Any(f =>
            f.Kind != FaultKind.Queues && f.Overlaps(completion.CreatedAt - s_margin, (completion.EndedAt ?? DateTime.MaxValue.AddDays(-1)) + s_margin)));
}
