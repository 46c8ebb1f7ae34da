using ChatBot.Local;

namespace ChatBot.Chaos.Checking;

/// <summary>
/// Every other row is an estimate within 2 % or 8 tokens. Of the prompt; or it lies between the prompt and its bound, where some of the
/// prompt was changed or deleted since. Of an output between what is stored and what was sent: what a dead process had received and not stored yet nobody knows.
/// </summary>
internal static class EstimatedUsage
{
    private const double Share = 0.02;
    private const int Tokens = 8;

    public static Finding Check(Facts facts)
    {
        var estimated = MeteredCall.All(facts).Where(m => !m.IsReported).ToList();
        var wrong = new List<string>();
        var (input, output, bounds) = (0, 0, 0);
        foreach (var call in estimated)
        {
            var truth = call.Call.PromptTokens;
            var isBound = call.Input > truth && call.Input <= call.Completion.PromptBound && HasChanged(facts, call.Completion);
            var inputOff = isBound ? 0 : Math.Abs(call.Input - truth);
            var (least, most) = Range(facts, call);
            var outputOff = call.Output < least ? least - call.Output : Math.Max(0, call.Output - most);
            bounds += isBound ? 1 : 0;
            if (inputOff > Tolerance(truth) || outputOff > Tolerance(call.Output < least ? least : most))
            {
                wrong.Add($"completion {call.Completion.Id} ({call.Completion.State}, {call.Call.Outcome}): {call.Input}+{call.Output} tokens {call.Row.Quality}, "
                    + $"asked {truth}, stored to sent {least} to {most}");
            }

            input = Math.Max(input, inputOff);
            output = Math.Max(output, outputOff);
        }

        return new(
            "3c",
            "other usage is estimated within 2 % or 8 tokens",
            $"{estimated.Count} estimates, at most {input} off the prompt and {output} off the output, {bounds} of a prompt that has changed since",
            wrong);
    }

    private static double Tolerance(int truth) => Math.Max(Share * truth, Tokens);

    private static (int Least, int Most) Range(Facts facts, MeteredCall call)
    {
        // Of several attempts only the last was shown anything of.
        var isShown = facts.CallsByCompletion[call.Completion.Id].Where(MeteredCalls.IsAccepted).MaxBy(c => c.N) == call.Call;
        var stored = isShown ? facts.Stored(call.Completion)?.Content : null;
        // What it thought comes first: who has a part of the text has all of that.
        var least = string.IsNullOrEmpty(stored) ? 0 : Math.Min(O200k.Count(stored), call.Call.SentTokens) + call.Call.SentReasoning;
        return (least, call.Call.SentTokens + call.Call.SentReasoning);
    }

    private static bool HasChanged(Facts facts, CompletionRow completion) => completion.PromptMessageIds.Any(id =>
        !facts.MessagesById.TryGetValue(id, out var message) || (message.Role == "user" && message.UpdatedAt > completion.CreatedAt)
        || facts.CompletionsById.GetValueOrDefault(id) is { EndedLate: true });
}
