namespace ChatBot.Local;

/// <summary>Whether two chunks share an event.</summary>
public enum JoinedEvents
{
    No,

    /// <summary>As two <c>data:</c> lines.</summary>
    Lines,

    /// <summary>On one line, one object after the other.</summary>
    Line,
}
