using System.Text.Json;
using ChatBot.Chaos.Checking;

namespace ChatBot.Year.Checking;

/// <summary>The lines of all statements are the ledger: by user, model and payer, and in all.</summary>
internal static class StatementSums
{
    public static Finding Check(YearEvidence evidence)
    {
        var (books, wrong) = (evidence.Books, new List<string>());
        var stated = books.Statements
            .SelectMany(s => Lines(s.Json).Select(line => (Key: Key(s.UserId, line), Sum: Read(line))))
            .GroupBy(l => l.Key)
            .ToDictionary(g => g.Key, g => g.Aggregate(default(Sum), (all, line) => all + line.Sum));
        var ledger = books.Ledger.GroupBy(e => (e.UserId, e.Model, e.Payer)).ToDictionary(g => g.Key, Sum.Of);
        wrong.AddRange(ledger.Keys.Union(stated.Keys)
            .Where(key => ledger.GetValueOrDefault(key) != stated.GetValueOrDefault(key))
            .Select(key => $"{key}: the statements say {stated.GetValueOrDefault(key)}, the ledger {ledger.GetValueOrDefault(key)}"));

        var (inAll, ofLedger) = (stated.Values.Aggregate(default(Sum), (a, b) => a + b), Sum.Of(books.Ledger));
        if (inAll != ofLedger)
        {
            wrong.Add($"in all the statements say {inAll}, the ledger {ofLedger}");
        }

        wrong.AddRange(books.Statements.Where(s => !HeadIsSumOfLines(s.Json)).Select(s => $"the head of {s.Body} is not the sum of its lines"));
        return new(
            "2",
            "the statements are the ledger",
            $"{books.Statements.Count} statements, {books.Ledger.Count} ledger rows, {ledger.Count} sums of {ofLedger.Input + ofLedger.Output} tokens and {ofLedger.Cost}",
            wrong);
    }

    private static bool HeadIsSumOfLines(JsonElement statement)
    {
        var lines = Lines(statement).ToList();
        return statement.GetProperty("tokens").GetInt64() == Tokens(lines, "platform")
            && statement.GetProperty("ownKeyTokens").GetInt64() == Tokens(lines, "own_key")
            && statement.GetProperty("cost").GetDecimal() == lines.Sum(line => line.GetProperty("cost").GetDecimal());
    }

    private static long Tokens(List<JsonElement> lines, string payer) =>
        lines.Where(line => line.GetProperty("payer").GetString() == payer).Sum(line => Long(line, "inputTokens") + Long(line, "outputTokens"));

    private static IEnumerable<JsonElement> Lines(JsonElement statement) =>
        statement.GetProperty("lines").EnumerateArray().Concat(statement.GetProperty("adjustments").EnumerateArray());

    private static (Guid UserId, string Model, string Payer) Key(Guid userId, JsonElement line) =>
        (userId, line.GetProperty("model").GetString()!, line.GetProperty("payer").GetString()!);

    private static Sum Read(JsonElement line) => new(
        Long(line, "calls"), Long(line, "inputTokens"), Long(line, "cachedInputTokens"), Long(line, "cacheWriteTokens"), Long(line, "outputTokens"),
        Long(line, "reasoningTokens"), line.GetProperty("cost").GetDecimal());

    private static long Long(JsonElement line, string name) => line.GetProperty(name).GetInt64();
}
