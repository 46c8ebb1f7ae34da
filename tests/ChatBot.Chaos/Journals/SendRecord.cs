namespace ChatBot.Chaos.Journals;

/// <summary>One request to write a message, or to answer one.</summary>
/// <param name="Marker">The word in the message that nobody else's has; of a regenerated answer, its question's, null where the client left the choice to the server.</param>
/// <param name="HasId">Whether the client named the message, as a UUID or otherwise.</param>
/// <param name="MessageId">Where the client gave a UUID, the message's.</param>
/// <param name="Content">Null where nothing is written.</param>
/// <param name="EndedAt">When its outcome was known.</param>
/// <param name="CompletionId">The answer that the client was given.</param>
public sealed record SendRecord(
    SendKind Kind,
    Guid UserId,
    Guid ChatId,
    string? Marker,
    bool HasId,
    Guid? MessageId,
    string? Content,
    DateTimeOffset StartedAt,
    DateTimeOffset EndedAt,
    SendOutcome Outcome,
    Guid? CompletionId);

public enum SendKind
{
    Submit,
    Edit,
    Regenerate,

    /// <summary>A message without an answer.</summary>
    Create,
}

public enum SendOutcome
{
    /// <summary>It is stored: the answer began, or came to a failure of the model.</summary>
    Accepted,

    /// <summary>Nothing came of it.</summary>
    Refused,

    /// <summary>The connection broke before an answer: it may have been done, or may be done yet.</summary>
    Unknown,
}
