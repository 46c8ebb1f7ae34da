using ChatBot.Chaos.Checking;

namespace ChatBot.Year.Checking;

/// <summary>What each row costs is its tokens at the price that was in force when its call was admitted.</summary>
internal static class Costs
{
    private const decimal PerMillion = 0.000001m;

    // Another call after one that gave no token, at the price of its own moment: in the seconds that it waits, days may go by.
    private static readonly TimeSpan s_calledAgainWithin = TimeSpan.FromDays(5);

    public static Finding Check(YearEvidence evidence)
    {
        var prices = evidence.Books.Prices.ToLookup(p => p.Model);
        var wrong = new List<string>();
        var between = 0;
        foreach (var row in evidence.Books.Ledger)
        {
            var price = InForce(prices[row.Model], row.OccurredAt);
            var isFirst = row.Id == row.CompletionId;
            if (price?.Id != row.PriceId && !isFirst && InForce(prices[row.Model], row.OccurredAt + s_calledAgainWithin) is { } next && next.Id == row.PriceId)
            {
                (price, between) = (next, between + 1);
            }

            if (price is null || price.Id != row.PriceId)
            {
                wrong.Add($"ledger row {row.Id} of {row.OccurredAt:O}: price {row.PriceId}, in force was {price?.Id} from {price?.ValidFrom:O}");
            }
            else if ((row.InputRate, row.CachedInputRate, row.CacheWriteRate, row.OutputRate, row.ReasoningRate)
                != (price.Input, price.CachedInput, price.CacheWrite, price.Output, price.Reasoning))
            {
                wrong.Add($"ledger row {row.Id}: its rates are not those of its price");
            }
            else if (row.Cost != (row.IsPlatform ? Cost(row, price) : 0))
            {
                wrong.Add($"ledger row {row.Id}: {row.Cost}, its tokens cost {Cost(row, price)}");
            }
        }

        return new(
            "5",
            "costs are tokens at the price in force",
            $"{evidence.Books.Ledger.Count} rows, {evidence.Books.Ledger.Select(e => e.PriceId).Distinct().Count()} prices, {between} rows of calls during which a price began",
            wrong);
    }

    private static PriceRow? InForce(IEnumerable<PriceRow> prices, DateTime at) => prices.Where(p => p.ValidFrom <= at).MaxBy(p => p.ValidFrom);

    private static decimal Cost(LedgerRow row, PriceRow price) => PerMillion * (
        ((row.Input - row.CachedInput - row.CacheWrite) * price.Input)
        + (row.CachedInput * price.CachedInput)
        + (row.CacheWrite * price.CacheWrite)
        + ((row.Output - row.Reasoning) * price.Output)
        + (row.Reasoning * price.Reasoning));
}
