using System.Text.Json;
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
    /// <summary>Which of these completions are still held by this process, and for what end those are to stop that are asked to.</summary>
    public async Task<Dictionary<Guid, CompletionOutcome?>> AppendDeltas(IReadOnlyList<DraftPart> parts, CancellationToken cancellationToken)
    {
        var texts = parts.Where(p => p.IsNews).ToList();
        var statement = Statement.Of(
            CompletionSql.AppendDeltas,
            Parameter.Array([.. parts.Select(p => p.Id)], NpgsqlDbType.Uuid),
            Parameter.Array([.. parts.Select(p => p.Epoch)], NpgsqlDbType.Integer),
            Parameter.Array([.. parts.Select(p => p.IsCalled)], NpgsqlDbType.Boolean),
            Parameter.Array([.. texts.Select(p => p.Id)], NpgsqlDbType.Uuid),
            Parameter.Array([.. texts.Select(p => p.Seq)], NpgsqlDbType.Integer),
            Parameter.Array([.. texts.Select(p => p.Text)], NpgsqlDbType.Text),
            Parameter.Array([.. texts.Select(p => p.ReasoningTokens)], NpgsqlDbType.Integer),
            Parameter.Span(settings.Streams.Lease));
        var held = await database.All(Caller.Service, statement, row => (Id: row.GetGuid(0), IsCancelled: row.GetBoolean(1), IsDeleted: row.GetBoolean(2)), cancellationToken);
        return held.ToDictionary(h => h.Id, h => h.IsDeleted ? CompletionOutcome.Deleted : h.IsCancelled ? CompletionOutcome.Stopped : null);
    }

    /// <param name="seq">Where the text begins, in UTF-16 code units.</param>
    /// <param name="isLate">Whether the text is whole and may replace what was interrupted meanwhile.</param>
    public Task<FinishOutcome> Finish(FinishedAnswer answer, int seq, bool isLate, CancellationToken cancellationToken) =>
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
                Parameter.Integer(answer.CacheWriteTokens),
                Parameter.Integer(answer.OutputTokens),
                Parameter.Integer(answer.ReasoningTokens),
                Parameter.Text(answer.UsageQuality),
                Parameter.Json(answer.RejectedReport),
                Parameter.Json(answer.Receipt is { } receipt ? JsonSerializer.Serialize(receipt, ReceiptJson.Default.Receipt) : null),
                Parameter.Time(answer.FirstTokenAt)),
            row => row.TextOrNull(0) switch
            {
                null => FinishOutcome.NotOurs,
                "deleted" => FinishOutcome.Deleted,
                _ => FinishOutcome.Stored,
            },
            cancellationToken);

    public Task<StoredAnswer?> ReadAnswer(CurrentUser user, Guid id, int from, CancellationToken cancellationToken) =>
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
                row.TextOrNull(8),
                row.TextOrNull(9) is { } receipt ? JsonSerializer.Deserialize(receipt, ReceiptJson.Default.Receipt) : null),
            cancellationToken);

    public Task<Guid?> FindLive(CurrentUser user, Guid chatId, CancellationToken cancellationToken) =>
        OneId(user, Statement.Of(CompletionSql.FindLive, Parameter.Uuid(chatId)), cancellationToken);

    /// <summary>The completion that was asked to stop and has still to end; null where nothing runs.</summary>
    /// <param name="messageId">The user message whose answer is to stop, which may still have to come; null for whatever runs in the chat.</param>
    /// <exception cref="PostgresException">There is no such chat, with an SQLSTATE of class CB.</exception>
    public Task<Guid?> RequestStop(CurrentUser user, Guid chatId, Guid? messageId, CancellationToken cancellationToken) =>
        OneId(user, Statement.Of(CompletionSql.RequestStop, Parameter.Uuid(chatId), Parameter.Uuid(messageId)), cancellationToken);

    /// <summary>Stops whose sends have not come in time.</summary>
    public Task ForgetStops(CancellationToken cancellationToken) => database.Execute(Caller.Service, Statement.Of(CompletionSql.ForgetStops), cancellationToken);

    /// <summary>Says that somebody reads the answer at this instance.</summary>
    public Task Follow(CurrentUser user, Guid id, CancellationToken cancellationToken) =>
        database.Execute(user.Caller, Statement.Of(CompletionSql.Follow, Parameter.Uuid(id)), cancellationToken);

    public Task<bool> IsFollowed(Guid id, TimeSpan within, CancellationToken cancellationToken) =>
        database.One(
            Caller.Service, Statement.Of(CompletionSql.IsFollowed, Parameter.Uuid(id), Parameter.Span(within)), row => row.GetBoolean(0), cancellationToken);

    public Task<bool> InterruptDead(CurrentUser user, Guid id, CancellationToken cancellationToken) =>
        database.One(user.Caller, Statement.Of(CompletionSql.InterruptDead, Parameter.Uuid(id)), row => row.GetBoolean(0), cancellationToken);

    /// <returns>
    /// <c>persisted</c>, <c>live</c>, or null where there is no such completion; and how it ended, where it is an answer that was not stored before.
    /// </returns>
    public Task<(string? Step, string? End)> Persist(Guid id, CancellationToken cancellationToken) =>
        database.One(
            Caller.Service, Statement.Of(CompletionSql.Persist, Parameter.Uuid(id)), row => (row.TextOrNull(0), row.TextOrNull(1)), cancellationToken);

    private Task<Guid?> OneId(CurrentUser user, NpgsqlBatchCommand statement, CancellationToken cancellationToken) =>
        database.One(user.Caller, statement, row => row.ValueOrNull<Guid>(0), cancellationToken);
}

/// <summary>What became of an answer that was brought into the database.</summary>
public enum FinishOutcome
{
    Stored,

    /// <summary>Its message is gone, with its chat or by itself. It is metered all the same.</summary>
    Deleted,

    /// <summary>Someone else has ended the completion.</summary>
    NotOurs,
}

/// <summary>A piece of a draft: the text from the UTF-16 code unit <paramref name="Seq"/> on.</summary>
/// <param name="IsCalled">Whether a call to the model is out, or was answered.</param>
/// <param name="ReasoningTokens">Of all reasoning so far, of which there is no text.</param>
/// <param name="KnownReasoning">Of that what the database has.</param>
public readonly record struct DraftPart(Guid Id, int Epoch, bool IsCalled, int Seq, string Text, int ReasoningTokens = 0, int KnownReasoning = 0)
{
    public bool IsNews => Text.Length > 0 || ReasoningTokens > KnownReasoning;
}

/// <summary>An answer as the database has it.</summary>
/// <param name="IsDead">Nobody writes it any more, though it has not ended.</param>
/// <param name="EndsUnread">Who writes it wants to know that it is read.</param>
/// <param name="Tail">The pieces from the one that was asked for on; null once the whole is stored.</param>
/// <param name="TailFrom">Where the first of them begins, in UTF-16 code units; null where there is none.</param>
/// <param name="LastFrom">Where the last of them begins, which may still grow.</param>
/// <param name="Whole">Null while there is a draft, and where the message was deleted.</param>
/// <param name="Receipt">Null while it is live, and until it is known.</param>
public sealed record StoredAnswer(
    string State,
    string? FinishReason,
    string? ErrorCode,
    bool IsDead,
    bool EndsUnread,
    string? Tail,
    int? TailFrom,
    int? LastFrom,
    string? Whole,
    Receipt? Receipt);
