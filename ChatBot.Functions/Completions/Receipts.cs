using ChatBot.Functions.Models;
using ChatBot.Functions.Usage;
using ChatBot.Shared.Completions;

namespace ChatBot.Functions.Completions;

public static class Receipts
{
    /// <summary>The receipt of an answer that has ended, by the figures that its ledger rows get.</summary>
    public static Receipt Of(LiveCompletion live, RelayProgress progress, CompletionOutcome end, MeteredUsage metered)
    {
        var admission = live.Admission;
        // A call that was refused has no row. One that was taken and gave no token is charged for its prompt, which was the same.
        var last = live.IsCalled ? metered.Usage : default;
        var prompt = new TokenUsage(metered.Usage.Input, 0, 0, 0);
        var isCharged = live.IsCalled || live.Abandoned.Count > 0;
        return new Receipt(
            admission.Model,
            [.. live.Calls.Distinct()],
            live.Calls.Count,
            admission.Payer,
            !isCharged ? "none" : metered.IsReported && live.Abandoned.Count == 0 ? "reported" : "estimated",
            last.Input + (live.Abandoned.Count * prompt.Input),
            last.CachedInput,
            last.CacheWrite,
            last.Output,
            last.Reasoning,
            admission.Payer == "platform" ? admission.Price.CostOf(last) + live.Abandoned.Sum(price => price.CostOf(prompt)) : 0,
            admission.Price.Currency,
            admission.Price.Id,
            admission.ReservedTokens,
            admission.ReservedCost,
            progress.FirstTokenMilliseconds,
            (int)progress.Elapsed.TotalMilliseconds,
            progress.StartedAt,
            progress.FirstTokenAt,
            progress.StartedAt + progress.Elapsed,
            Stored: true,
            end.Problem?.Kind.Code,
            progress.Filtered);
    }
}
