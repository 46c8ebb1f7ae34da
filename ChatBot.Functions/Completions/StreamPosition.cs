using System.Globalization;

namespace ChatBot.Functions.Completions;

/// <summary>
/// The id of an event: which answer, how many UTF-16 code units of its text are out, and how far the frame around the text has
/// come. It names a place in the answer and not in a connection, so that any instance can go on from it.
/// </summary>
public readonly record struct StreamPosition(Guid AnswerId, int Offset, StreamStage Stage)
{
    /// <summary>The id of an answer is its beginning. Null for what is neither that nor an event id of ours.</summary>
    public static StreamPosition? Parse(string text) =>
        Guid.TryParseExact(text, "D", out var whole) ? new StreamPosition(whole, 0, StreamStage.None)
        : text.Split('-') is [var id, var offset, var stage]
        && Guid.TryParseExact(id, "N", out var answerId)
        && int.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var units)
        && int.TryParse(stage, NumberStyles.None, CultureInfo.InvariantCulture, out var frame)
        && Enum.IsDefined((StreamStage)frame)
            ? new StreamPosition(answerId, units, (StreamStage)frame)
            : null;
}

/// <summary>The frame of an answer, in the order in which it is sent.</summary>
public enum StreamStage
{
    None = 0,
    Started = 1,
    StepStarted = 2,
    TextStarted = 3,
    TextEnded = 4,
    StepEnded = 5,
    Ended = 6,
}
