using System.Diagnostics;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Problems;
using ChatBot.Functions.Settings;

namespace ChatBot.Functions.Completions;

/// <summary>Begins an answer, or joins one that was begun before, and sends it.</summary>
public sealed class StreamStarter(
    CompletionStore store, CompletionRelay relay, LiveCompletions live, AnswerFollower follower, ChatBotSettings settings, TimeProvider time)
{
    public async Task<IResult> Start(CurrentUser user, SendCommand send, bool asText, CancellationToken cancellation)
    {
        var traceParent = Activity.Current?.Id;
        // Not cancelled when the client leaves: what is admitted must have somebody who runs it.
        var begun = await store.Begin(user, send, traceParent, CancellationToken.None);
        return begun.Admission is { } admission
            ? Send(relay.Start(user, begun.Id, admission, send.LingerSeconds, traceParent), asText, null)
            : await Join(user, begun.Id, asText, cancellation);
    }

    /// <summary>From the beginning, or from where the client says it was.</summary>
    public async Task<IResult> Resume(CurrentUser user, Guid id, StreamPosition? after, CancellationToken cancellation) =>
        await follower.Find(user, id, cancellation) is { } answer ? Send(answer, asText: false, after) : TypedResults.NoContent();

    private async Task<IResult> Join(CurrentUser user, Guid id, bool asText, CancellationToken cancellation) =>
        await follower.Find(user, id, cancellation) is { } answer ? Send(answer, asText, null) : ProblemResult.NotFound;

    private AnswerStream Send(Answer answer, bool asText, StreamPosition? after) => new(
        answer,
        asText ? new PlainTextStream() : new UiMessageStream(answer.Id, after),
        after?.Offset ?? 0,
        settings.Streams.KeepAlive,
        time,
        () => live.Find(answer.Id)?.ClientLeft());
}
