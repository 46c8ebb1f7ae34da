namespace ChatBot.Local;

/// <summary>Text of a wanted number of tokens: each word is one token together with its leading space.</summary>
public static class FillerWords
{
    private static readonly string[] s_words =
    [
        "the", "small", "river", "turns", "under", "a", "stone", "bridge", "where", "two", "old", "friends", "meet", "every", "morning",
        "and", "talk", "about", "ships", "that", "never", "came", "home", "while", "light", "moves", "over", "water", "like", "slow",
        "music", "from", "another", "room", "until", "someone", "calls", "their", "names", "across", "green", "fields",
    ];

    /// <summary>More tokens than any answer has.</summary>
    internal const int Many = 100_000;

    // Characters outside ASCII, of two to four bytes.
    private static readonly string[] s_wideWords = ["né", "über", "мир", "日本", "世界", "안녕", "🙂", "🚀", "مرحبا", "ñandú", "Ω", "€"];

    /// <summary>Without end and, as the order of words does not repeat, so that a lost or doubled piece shows.</summary>
    public static IEnumerable<AnswerPiece> Endless()
    {
        yield return new("Once", 1);
        for (var state = 1u; ;)
        {
            state = unchecked((state * 1_664_525) + 1_013_904_223);
            yield return new(" " + s_words[(state >> 16) % s_words.Length], 1);
        }
    }

    public static string Wide(int words) => string.Join(' ', Enumerable.Range(0, words).Select(index => s_wideWords[index % s_wideWords.Length]));
}
