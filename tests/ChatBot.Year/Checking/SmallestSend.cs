using ChatBot.Year.Accounts;

namespace ChatBot.Year.Checking;

/// <summary>What the smallest send needs: a prompt of 17 tokens and an answer of 256, at the price of the cheapest model.</summary>
/// <param name="LeastCost">At the prices that were lowest in the year.</param>
/// <param name="MostCost">At those that were highest.</param>
internal sealed record SmallestSend(decimal LeastCost, decimal MostCost)
{
    private const int Prompt = 17;
    private const int Output = 256;

    public const int Tokens = Prompt + (ModelFaultMix.LongestAnswer < Output ? ModelFaultMix.LongestAnswer : Output);

    public static SmallestSend Of(IReadOnlyList<PriceRow> prices)
    {
        // At each moment at which a price changes, the cheapest of those in force.
        var cheapest = prices
            .Select(p => p.ValidFrom)
            .Distinct()
            .Select(at => prices
                .Where(p => p.ValidFrom <= at)
                .GroupBy(p => p.Model)
                .Min(of => Cost(of.MaxBy(p => p.ValidFrom)!)))
            .ToList();
        return new(cheapest.Min(), cheapest.Max());
    }

    private static decimal Cost(PriceRow price) =>
        ((Prompt * Math.Max(Math.Max(price.Input, price.CachedInput), price.CacheWrite)) + ((Tokens - Prompt) * Math.Max(price.Output, price.Reasoning))) / 1_000_000m;
}
