using System.Globalization;

namespace ChatBot.Tests.Usage;

/// <summary>What a call may use of all its caps; null is no cap.</summary>
public sealed record RemainingCap(decimal? Tokens, decimal? Cost)
{
    public static RemainingCap Of(List<string> room) => new(Number(room[0]), Number(room[1]));

    /// <summary>How long an answer may be that fits for certain; null where one that is worth its prompt does not.</summary>
    public int? OutputOf(Rates rates, int prompt, int most, bool isFree)
    {
        var least = Math.Min(most, 256);
        for (var output = most; output >= least; output--)
        {
            var cost = isFree ? 0 : ((prompt * Math.Max(rates.Input, rates.Cached)) + (output * Math.Max(rates.Output, rates.Reasoning))) / 1_000_000m;
            if (!(prompt + output > Tokens) && !(cost > Cost))
            {
                return output;
            }
        }

        return null;
    }

    private static decimal? Number(string text) => text.Length == 0 ? null : decimal.Parse(text, CultureInfo.InvariantCulture);
}
