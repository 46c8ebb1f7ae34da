using ChatBot.Functions.Tokens;

namespace ChatBot.Functions.Completions;

/// <summary>A send, checked and with all ids resolved.</summary>
/// <param name="CreatesChat">Whether an unknown chat id makes the chat.</param>
/// <param name="MessageId">The user message to store or edit; with a regenerate the message to answer anew, null for the last.</param>
/// <param name="IsEdit">Whether a message that is there already is answered again, with this content.</param>
/// <param name="ClientId">The message id as the client gave it, where that was not a UUID.</param>
/// <param name="DisconnectGraceSeconds">How long to go on after the client has left; null to the end.</param>
/// <param name="IdempotencyKey">Null where the request has none, and no message id either.</param>
/// <param name="Fingerprint">The same for a repeat, another for another request under the same key.</param>
/// <param name="IsUnnamed">Whether the client gave nothing that tells a repeat from a second request: then its body does, for a while.</param>
public sealed record SendCommand(
    Guid ChatId,
    bool CreatesChat,
    bool IsRegenerate,
    Guid? MessageId,
    bool IsEdit,
    string? ClientId,
    string Content,
    string? Model,
    int? DisconnectGraceSeconds,
    string? IdempotencyKey,
    byte[] Fingerprint,
    bool IsUnnamed = false)
{
    public const string Submit = "submit-message";
    public const string Regenerate = "regenerate-message";

    public string Trigger => IsRegenerate ? Regenerate : Submit;

    /// <summary>For models of the vocabulary that is counted with; for others the database takes the bytes.</summary>
    public int TokenBound => TokenCounter.Count(Content);
}
