using ChatBot.Functions.Database;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Settings;
using ChatBot.Shared.Completions;
using Npgsql;
using NpgsqlTypes;

namespace ChatBot.Functions.Completions;

/// <summary>The steps of a completion in the database; each is one round trip.</summary>
public sealed class CompletionStore(ChatBotDatabase database, ChatBotSettings settings)
{
    /// <summary>Which of these completions are still held by this process, and which of those are asked to stop.</summary>
    public async Task<Dictionary<Guid, bool>> AppendDeltas(IReadOnlyList<DraftPart> parts, CancellationToken cancellation)
    {
        var texts = parts.Where(p => p.Text.Length > 0).ToList();
        var statement = Statement.Of(
            CompletionSql.AppendDeltas,
            Parameter.Array([.. parts.Select(p => p.Id)], NpgsqlDbType.Uuid),
            Parameter.Array([.. parts.Select(p => p.Epoch)], NpgsqlDbType.Integer),
            Parameter.Array([.. parts.Select(p => p.IsCalled)], NpgsqlDbType.Boolean),
            Parameter.Array([.. texts.Select(p => p.Id)], NpgsqlDbType.Uuid),
            Parameter.Array([.. texts.Select(p => p.Seq)], NpgsqlDbType.Integer),
            Parameter.Array([.. texts.Select(p => p.Text)], NpgsqlDbType.Text),
            Parameter.Span(settings.Streams.Lease));
        var held = await database.All(Caller.Service, statement, row => (Id: row.GetGuid(0), IsCancelled: row.GetBoolean(1)), cancellation);
        return held.ToDictionary(h => h.Id, h => h.IsCancelled);
    }

    /// <param name="seq">Where the text begins, in UTF-16 code units.</param>
    /// <param name="isLate">Whether the text is whole and may replace what was interrupted meanwhile.</param>
    /// <returns>False where someone else ended the completion.</returns>
    public Task<bool> Finish(FinishedAnswer answer, int seq, bool isLate, CancellationToken cancellation) =>
        database.One(
            Caller.Service,
            Statement.Of(
                CompletionSql.Finish,
                Parameter.Uuid(answer.CompletionId),
                Parameter.Integer(answer.Epoch),
                Parameter.Boolean(isLate),
                Parameter.Text(answer.State),
                Parameter.Text(answer.FinishReason),
                Parameter.Text(answer.ErrorCode),
                Parameter.Array([.. answer.ContentFilter ?? []], NpgsqlDbType.Text),
                Parameter.Boolean(answer.WasCalled),
                Parameter.Integer(seq),
                Parameter.Text(answer.Text),
                Parameter.Integer(answer.InputTokens),
                Parameter.Integer(answer.CachedInputTokens),
                Parameter.Integer(answer.OutputTokens),
                Parameter.Integer(answer.ReasoningTokens),
                Parameter.Time(answer.FirstTokenAt)),
            row => row.GetBoolean(0),
            cancellation);

    public Task<StoredAnswer?> ReadAnswer(CurrentUser user, Guid id, int from, CancellationToken cancellation) =>
        database.First(
            user.Caller,
            Statement.Of(CompletionSql.ReadAnswer, Parameter.Uuid(id), Parameter.Integer(from)),
            row => new StoredAnswer(
                row.GetString(0),
                row.TextOrNull(1),
                row.TextOrNull(2),
                row.GetBoolean(3),
                row.GetBoolean(4),
                row.TextOrNull(5),
                row.ValueOrNull<int>(6),
                row.ValueOrNull<int>(7),
                row.TextOrNull(8)),
            cancellation);

    public Task<Guid?> FindLive(CurrentUser user, Guid chatId, CancellationToken cancellation) =>
        OneId(user, Statement.Of(CompletionSql.FindLive, Parameter.Uuid(chatId)), cancellation);

    /// <summary>The completion that was asked to stop, if one is live in the chat.</summary>
    public Task<Guid?> RequestCancel(CurrentUser user, Guid chatId, CancellationToken cancellation) =>
        OneId(user, Statement.Of(CompletionSql.RequestCancel, Parameter.Uuid(chatId)), cancellation);

    /// <summary>Says that somebody reads the answer at this instance.</summary>
    public Task Follow(CurrentUser user, Guid id, CancellationToken cancellation) =>
        database.Execute(user.Caller, Statement.Of(CompletionSql.Follow, Parameter.Uuid(id)), cancellation);

    public Task<bool> IsFollowed(Guid id, TimeSpan within, CancellationToken cancellation) =>
        database.One(
            Caller.Service, Statement.Of(CompletionSql.IsFollowed, Parameter.Uuid(id), Parameter.Span(within)), row => row.GetBoolean(0), cancellation);

    public Task<bool> InterruptDead(CurrentUser user, Guid id, CancellationToken cancellation) =>
        database.One(user.Caller, Statement.Of(CompletionSql.InterruptDead, Parameter.Uuid(id)), row => row.GetBoolean(0), cancellation);

    /// <returns>
    /// <c>persisted</c>, <c>live</c>, or null where there is no such completion; and how it ended, where it is an answer that was not stored before.
    /// </returns>
    public Task<(string? Step, string? End)> Persist(Guid id, CancellationToken cancellation) =>
        database.One(
            Caller.Service, Statement.Of(CompletionSql.Persist, Parameter.Uuid(id)), row => (row.TextOrNull(0), row.TextOrNull(1)), cancellation);

    private Task<Guid?> OneId(CurrentUser user, NpgsqlBatchCommand statement, CancellationToken cancellation) =>
        database.One(user.Caller, statement, row => row.ValueOrNull<Guid>(0), cancellation);
}

/// <summary>A piece of a draft: the text from the UTF-16 code unit <paramref name="Seq"/> on.</summary>
/// <param name="IsCalled">Whether a call to the model is out, or was answered.</param>
public readonly record struct DraftPart(Guid Id, int Epoch, bool IsCalled, int Seq, string Text);

/// <summary>An answer as the database has it.</summary>
/// <param name="IsDead">Nobody writes it any more, though it has not ended.</param>
/// <param name="EndsUnread">Who writes it wants to know that it is read.</param>
/// <param name="Tail">The pieces from the one that was asked for on; null once the whole is stored.</param>
/// <param name="TailFrom">Where the first of them begins, in UTF-16 code units; null where there is none.</param>
/// <param name="LastFrom">Where the last of them begins, which may still grow.</param>
/// <param name="Whole">Null while there is a draft, and where the message was deleted.</param>
public sealed record StoredAnswer(string State, string? FinishReason, string? ErrorCode, bool IsDead, bool EndsUnread, string? Tail, int? TailFrom, int? LastFrom, string? Whole);
