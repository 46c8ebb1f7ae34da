using ChatBot.Chaos.Checking;

namespace ChatBot.Year.Checking;

/// <summary>What came after its period was closed is an adjustment of a later one: no statement changed, and nothing was lost.</summary>
internal static class LateResults
{
    public static Finding Check(YearEvidence evidence)
    {
        var late = evidence.Books.Ledger.Where(e => e.CompletionPeriodStart is { } own && own != e.PeriodStart).ToList();
        var stated = evidence.Books.Statements.SelectMany(s => s.Json.GetProperty("adjustments").EnumerateArray()).ToList();
        var wrong = new List<string>();
        if (late.Count < evidence.LateAnswers)
        {
            wrong.Add($"{evidence.LateAnswers} results came late, and {late.Count} ledger rows count to a later period");
        }

        var (inLedger, inStatements) = (late.Sum(e => e.Tokens), stated.Sum(line => line.GetProperty("inputTokens").GetInt64() + line.GetProperty("outputTokens").GetInt64()));
        if (inLedger != inStatements)
        {
            wrong.Add($"late rows of {inLedger} tokens, and adjustments of {inStatements} in statements");
        }

        return new("7", "late results are adjustments of a later statement", $"{evidence.LateAnswers} late results, {late.Count} rows of {inLedger} tokens", wrong);
    }
}
