using System.Globalization;
using System.Text.RegularExpressions;

namespace ChatBot.Local;

/// <summary>A short answer that shows it has read the message, for people who try the stack out.</summary>
internal static partial class FriendlyAnswer
{
    private const int KeyWords = 4;
    private const int TitleWords = 5;

    private static readonly string[] s_openings = ["Let me see what you wrote about", "Interesting: this is about", "I have read every word of this, above all"];

    private static readonly HashSet<string> s_smallWords = new(StringComparer.OrdinalIgnoreCase)
    {
        "about", "also", "been", "could", "does", "from", "have", "hello", "into", "just", "know", "like", "make", "more", "much", "only", "please", "should",
        "some", "tell", "than", "thank", "thanks", "that", "their", "them", "then", "there", "these", "they", "this", "want", "were", "what", "when", "where",
        "which", "will", "with", "would", "your",
    };

    public static string To(ModelRequest request)
    {
        var message = Directive.Strip(request.LastUserText);
        if (request.SystemText.Contains("title", StringComparison.OrdinalIgnoreCase))
        {
            return Title(message);
        }

        var turn = request.Messages.Count(said => said.Role == "user");
        return $"{Opening(message, turn)}\n\n{(turn == 1 || Asks().IsMatch(message) ? About : Again(message, turn))}";
    }

    private static string About =>
        """
        I am only a **stand-in** for a language model, so that everything else can be tried without a key:

        - set `OpenAI__ApiKey` (or `AzureOpenAI__ApiKey`) and start again for real answers;
        - write `[[tokens=200]]` for a long answer, `[[status=429 times=1]]` for a refusal, `[[cut=10]]` for a broken one.
        """;

    private static string Again(string message, int turn) =>
        $"This is message {turn.ToString(CultureInfo.InvariantCulture)} of our chat, with {Words().Count(message).ToString(CultureInfo.InvariantCulture)} words. Still the *stand-in*, and still glad to chat.";

    private static string Opening(string message, int turn)
    {
        if (Arithmetic().Match(message) is { Success: true } sum && Calculate(sum) is { } result)
        {
            return $"That one I can do: **{sum.Value.Trim()} = {result}**.";
        }

        if (Greets().IsMatch(message))
        {
            return turn == 1 ? "Hello, and welcome! 👋" : "Hello again!";
        }

        if (Thanks().IsMatch(message))
        {
            return "You are welcome!";
        }

        var keys = Keys(message, KeyWords);
        return keys.Length == 0 ? "I am listening." : $"{s_openings[(turn + message.Length) % s_openings.Length]} *{string.Join("*, *", keys)}*.";
    }

    private static string Title(string message)
    {
        var title = string.Join(' ', Keys(message, TitleWords));
        return title.Length == 0 ? "A short chat" : char.ToUpperInvariant(title[0]) + title[1..];
    }

    private static string[] Keys(string message, int count) =>
    [
        .. Words().Matches(message).Select(word => word.Value)
            .Where(word => word.Length > 3 && !s_smallWords.Contains(word))
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Take(count),
    ];

    private static string? Calculate(Match sum)
    {
        if (!decimal.TryParse(sum.Groups[1].Value, CultureInfo.InvariantCulture, out var left) || !decimal.TryParse(sum.Groups[3].Value, CultureInfo.InvariantCulture, out var right))
        {
            return null;
        }

        try
        {
            var result = sum.Groups[2].Value switch { "+" => left + right, "-" or "−" => left - right, "/" or "÷" => left / right, _ => left * right };
            return result.ToString("0.######", CultureInfo.InvariantCulture);
        }
        catch (Exception failure) when (failure is DivideByZeroException or OverflowException)
        {
            return "something I cannot work out";
        }
    }

    [GeneratedRegex(@"(-?\d+(?:\.\d+)?)\s*([-+*/x×÷−])\s*(-?\d+(?:\.\d+)?)")]
    private static partial Regex Arithmetic();

    [GeneratedRegex(@"^\s*(hi|hello|hey|hallo|good (morning|afternoon|evening))\b", RegexOptions.IgnoreCase)]
    private static partial Regex Greets();

    [GeneratedRegex(@"\b(thanks|thank you)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Thanks();

    [GeneratedRegex(@"\b(help|what can you do|who are you)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Asks();

    [GeneratedRegex(@"\p{L}[\p{L}\p{N}'-]*")]
    private static partial Regex Words();
}
