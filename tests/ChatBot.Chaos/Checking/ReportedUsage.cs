namespace ChatBot.Chaos.Checking;

/// <summary>Where the model reported and the program could read it, the ledger has it to the token.</summary>
internal static class ReportedUsage
{
    public static Finding Check(Facts facts)
    {
        var reported = MeteredCall.All(facts).Where(m => m.IsReported).ToList();
        var wrong = reported
            .Where(m => (m.Input, m.CachedInput, m.CacheWrite, m.Output, m.Reasoning)
                != (m.Call.PromptTokens, m.Call.CachedTokens, m.Call.CacheWriteTokens, m.Call.SentTokens + m.Call.ReasoningTokens, m.Call.ReasoningTokens))
            .Select(m => $"completion {m.Completion.Id}: {m.Input}+{m.Output} tokens {m.Row.Quality}, the model reported "
                + $"{m.Call.PromptTokens}+{m.Call.SentTokens + m.Call.ReasoningTokens}");
        return new("3b", "reported usage is recorded to the token", $"{reported.Count} reports", [.. wrong]);
    }
}
