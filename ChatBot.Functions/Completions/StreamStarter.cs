using System.Diagnostics;
using ChatBot.Functions.Database;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Problems;
using ChatBot.Functions.Settings;

namespace ChatBot.Functions.Completions;

/// <summary>Begins an answer, or joins one that was begun before, and sends it.</summary>
public sealed class StreamStarter(
    AdmissionStore admissions,
    CompletionRelay relay,
    CompletionFinisher finisher,
    DraftPoller follower,
    DisconnectPolicy unread,
    IHostApplicationLifetime lifetime,
    ChatBotSettings settings,
    TimeProvider time)
{
    private static readonly ProblemResult s_isEnding = new(
        ProblemKind.Unavailable, "This instance is shutting down. Send the message again.", retryAfter: TimeSpan.FromSeconds(1));

    public async Task<IResult> Start(CurrentUser user, SendCommand send, bool asText, CancellationToken cancellationToken)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return s_isEnding;
        }

        var traceParent = Activity.Current?.Id;
        var begun = await Begin(user, send, traceParent);
        return begun.Call is { } call
            ? Send(relay.Start(user, begun.Id, call, send.DisconnectGraceSeconds, traceParent), asText, null)
            : await Join(user, begun.Id, asText, cancellationToken);
    }

    /// <summary>Not cancelled when the client leaves: what is admitted must have somebody who runs it, or who ends it.</summary>
    private async Task<AdmissionResult> Begin(CurrentUser user, SendCommand send, string? traceParent)
    {
        var id = Guid.CreateVersion7();
        try
        {
            return await admissions.Begin(user, id, send, traceParent, CancellationToken.None);
        }
        catch (CommitOutcomeUnknownException)
        {
            _ = finisher.Abandon(id);
            throw;
        }
    }

    /// <summary>From the beginning, or from where the client says it was.</summary>
    public async Task<IResult> Resume(CurrentUser user, Guid id, StreamPosition? after, CancellationToken cancellationToken) =>
        await follower.Find(user, id, cancellationToken) is { } answer ? Send(answer, asText: false, after) : TypedResults.NoContent();

    private async Task<IResult> Join(CurrentUser user, Guid id, bool asText, CancellationToken cancellationToken) =>
        await follower.Find(user, id, cancellationToken) is { } answer ? Send(answer, asText, null) : ProblemResult.NotFound;

    private StreamResult Send(CompletionBuffer answer, bool asText, StreamPosition? after) => new(
        answer,
        asText ? new PlainTextStream() : new UiMessageStream(answer.Id, after),
        after?.Offset ?? 0,
        settings.Streams.KeepAlive,
        settings.Streams.Unread,
        time,
        () => _ = unread.ReaderLeft(answer.Id));
}
