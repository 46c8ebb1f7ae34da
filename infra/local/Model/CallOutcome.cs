namespace ChatBot.Local;

/// <summary>How a call to the model went, as the model saw it. In JSON by its name in kebab case.</summary>
public enum CallOutcome
{
    /// <summary>Not over yet.</summary>
    Running,

    /// <summary>Everything was sent.</summary>
    Completed,

    /// <summary>Answered with an error status.</summary>
    Refused,

    /// <summary>We broke the connection.</summary>
    Cut,

    /// <summary>We ended the stream without an end marker.</summary>
    Ended,

    /// <summary>We fell silent and kept the connection open.</summary>
    Stalled,

    /// <summary>We sent something that is no chunk.</summary>
    Malformed,

    /// <summary>We sent an error object in the stream.</summary>
    Error,

    /// <summary>The client closed the connection before the end.</summary>
    ClientClosed,
}
