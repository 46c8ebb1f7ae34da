using System.Globalization;

namespace ChatBot.Functions.Reconciliation;

/// <summary>What a meter of Azure's bill measures, which only its name tells.</summary>
/// <param name="Model">As the name has it, such as gpt-4o-0806.</param>
/// <param name="IsInput">Cached input has a meter of its own, and is input.</param>
public sealed record AzureMeter(string Model, bool IsInput)
{
    private static readonly string[] s_inputs = ["inp", "inpt", "input", "in"];
    private static readonly string[] s_outputs = ["outp", "output", "out", "opt"];

    // What may stand between the model and the direction, and says nothing of the model: cached, priority, context band, deployment.
    private static readonly string[] s_fillers =
        ["cached", "cache", "cchd", "ccchd", "cd", "wr", "pp", "shortco", "longco", "std", "gl", "glbl", "global", "regnl", "regional", "dz", "dzone", "data", "zone"];

    /// <summary>Null for a meter that does not count a model's tokens: "gpt-4o-0806-Inp-glbl Tokens" and "5.4 mini cd inp Gl 1M Tokens" do.</summary>
    public static AzureMeter? Read(string name)
    {
        var words = ModelNames.Words(name);
        var direction = Array.FindIndex(words, word => Is(word, s_inputs) || Is(word, s_outputs));
        if (direction < 1 || !Is(words[^1], "tokens"))
        {
            return null;
        }

        var model = words.Take(direction).Reverse().SkipWhile(word => Is(word, s_fillers)).Reverse().ToList();
        return model.Count == 0 ? null : new AzureMeter(string.Join('-', model), Is(words[direction], s_inputs));
    }

    /// <summary>How many tokens one unit is, of a unit such as 1K, 1M or "1K Tokens"; null where it is none of tokens.</summary>
    public static decimal? TokensPerUnit(string unit)
    {
        var text = unit.Trim();
        text = text.EndsWith("tokens", StringComparison.OrdinalIgnoreCase) ? text[..^"tokens".Length].TrimEnd() : text;
        var factor = text.Length == 0 ? 0 : char.ToUpperInvariant(text[^1]) switch { 'K' => 1_000, 'M' => 1_000_000, _ => 1 };
        var number = factor > 1 ? text[..^1] : text;
        return factor > 0 && decimal.TryParse(number, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= 1_000_000
            ? count * factor
            : null;
    }

    private static bool Is(string word, params ReadOnlySpan<string> words)
    {
        foreach (var known in words)
        {
            if (word.Equals(known, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
