using System.Text.RegularExpressions;

namespace ChatBot.Chaos.Journals;

/// <summary>Words by which messages are known again, wherever their text turns up.</summary>
public static partial class Markers
{
    public static string NewMessage() => $"m{Guid.NewGuid():N}";

    public static string? OfMessage(string content) => Message().Match(content) is { Success: true } match ? match.Value : null;

    /// <summary>All users whose word is in the text.</summary>
    public static IEnumerable<Guid> UsersIn(string text) => User().Matches(text).Select(match => Guid.ParseExact(match.ValueSpan[1..], "N"));

    [GeneratedRegex(@"\bm[0-9a-f]{32}\b")]
    private static partial Regex Message();

    [GeneratedRegex(@"\bu[0-9a-f]{32}\b")]
    private static partial Regex User();
}
