namespace ChatBot.Tests.Stack;

/// <summary>What a <see cref="Wire"/> does with a request that it was told to watch for.</summary>
public enum WireAction
{
    /// <summary>It stands before the server until it is let go.</summary>
    Hold,

    /// <summary>The server did it; the reply stands until it is let go.</summary>
    HoldReply,

    /// <summary>The server did it; the connection is reset in place of the reply.</summary>
    LoseReply,

    /// <summary>The connection is reset; the server never sees the request.</summary>
    Reset,

    /// <summary>The server did the work and was not told to commit it; then the connection is reset.</summary>
    ResetInTheMiddle,

    /// <summary>The connection is reset, as all others are, and new ones are refused until the wire is mended.</summary>
    Cut,

    /// <summary>An error is answered in the server's place.</summary>
    Refuse,

    /// <summary>The server does it in a session that is read-only.</summary>
    ReadOnly,
}
