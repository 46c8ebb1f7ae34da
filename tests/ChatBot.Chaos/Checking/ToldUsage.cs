using System.Text.Json;

namespace ChatBot.Chaos.Checking;

/// <summary>What a user is told that an answer took is what the ledger has of it, to the digit.</summary>
internal static class ToldUsage
{
    public static Finding Check(Facts facts)
    {
        var ledger = facts.Books.Ledger.ToLookup(e => e.CompletionId);
        var told = facts.Books.Messages.Where(m => m.Receipt is not null && facts.CompletionsById.GetValueOrDefault(m.Id) is { IsRecorded: true }).ToList();
        var wrong = new List<string>();
        foreach (var message in told)
        {
            var receipt = JsonElement.Parse(message.Receipt!);
            var rows = ledger[message.Id].ToList();
            var sums = (rows.Sum(e => e.Input), rows.Sum(e => e.CachedInput), rows.Sum(e => e.CacheWrite), rows.Sum(e => e.Output), rows.Sum(e => e.Reasoning), rows.Sum(e => e.Cost));
            var says = (
                Int(receipt, "inputTokens"), Int(receipt, "cachedInputTokens"), Int(receipt, "cacheWriteTokens"), Int(receipt, "outputTokens"),
                Int(receipt, "reasoningTokens"),
                receipt.GetProperty("cost").GetDecimal());
            if (says != sums)
            {
                wrong.Add($"completion {message.Id}: its receipt says {says}, the ledger {sums}");
            }
        }

        return new("3e", "receipts are the ledger", $"{told.Count} receipts", wrong);
    }

    private static int Int(JsonElement receipt, string name) => receipt.GetProperty(name).GetInt32();
}
