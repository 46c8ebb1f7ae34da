using System.Text.RegularExpressions;

namespace ChatBot.Functions.Completions;

/// <summary>Makes a title of what a model answered when it was asked for one.</summary>
public static partial class TitleText
{
    private const int MaxLength = 100;

    // How models say no where they do not mark it as a refusal.
    private static readonly string[] s_refusals = ["Sorry, ", "I'm sorry", "I am sorry", "Unfortunately, I", "I can't", "I cannot", "I'm unable", "I am unable", "I won't", "As an AI"];

    /// <summary>Empty where it is none.</summary>
    public static string Of(string answer)
    {
        // What is not closed was cut off, or has its begin in the model's template.
        var text = Thoughts().Replace(answer, " ");
        text = Opened().Replace(Closed().Replace(text, ""), "");
        text = string.Join(' ', text.Split(['\r', '\n', '\t', '\0', ' ', '"'], StringSplitOptions.RemoveEmptyEntries));
        if (s_refusals.Any(no => text.Replace('’', '\'').StartsWith(no, StringComparison.OrdinalIgnoreCase)))
        {
            return "";
        }

        return text.Length <= MaxLength ? text : text[..(char.IsHighSurrogate(text[MaxLength - 1]) ? MaxLength - 1 : MaxLength)];
    }

    [GeneratedRegex(@"<(think|thinking|thought|reasoning)>.*?</\1>", RegexOptions.Singleline | RegexOptions.IgnoreCase, 1_000)]
    private static partial Regex Thoughts();

    [GeneratedRegex("^.*</(think|thinking|thought|reasoning)>", RegexOptions.Singleline | RegexOptions.IgnoreCase, 1_000)]
    private static partial Regex Closed();

    [GeneratedRegex("<(think|thinking|thought|reasoning)>.*$", RegexOptions.Singleline | RegexOptions.IgnoreCase, 1_000)]
    private static partial Regex Opened();
}
