namespace ChatBot.Chaos.Journals;

/// <summary>What one connection showed of one answer.</summary>
/// <param name="Start">Where it began, in UTF-16 code units.</param>
/// <param name="Arrivals">How far it was when, a few times a second.</param>
public sealed record Reading(
    Guid UserId,
    Guid CompletionId,
    int Start,
    string Text,
    ReadingEnd End,
    IReadOnlyList<(int Offset, DateTimeOffset At)> Arrivals);

/// <summary>How a client was told that an answer is over.</summary>
public enum ReadingEnd
{
    /// <summary>It was not: the connection broke, or the client left.</summary>
    Broken,

    Finished,

    Stopped,

    /// <summary>With a problem: interrupted, or failed after the head was out.</summary>
    Problem,

    /// <summary>Bare text that came to its end, which says finished or stopped.</summary>
    Whole,
}
