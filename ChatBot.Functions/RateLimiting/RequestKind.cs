namespace ChatBot.Functions.RateLimiting;

/// <summary>Which limit of its user a request counts against.</summary>
public enum RequestKind
{
    Read,
    Write,

    /// <summary>Counted by the admission, against the user's plan.</summary>
    Send,

    KeyCheck,
}
