using Azure.Storage.Queues.Models;
using ChatBot.Functions.Database;
using ChatBot.Functions.Queues;
using ChatBot.Functions.Tokens;
using ChatBot.Shared.Queues;
using Microsoft.Azure.Functions.Worker;
using Npgsql;
using NpgsqlTypes;

namespace ChatBot.Functions.Usage;

/// <summary>
/// Queue function: writes a completion's ledger row, settles its reservation and moves the totals, once. What the provider did
/// not report is counted here, off every request's path.
/// </summary>
public sealed partial class RecordUsage(ChatBotDatabase database, Deliveries deliveries, ILogger<RecordUsage> log)
{
    // As long as the longest message: some milliseconds of counting, whatever waits behind it.
    private const int MaxCountedBytes = 256 * 1024;

    [Function(nameof(RecordUsage))]
    public Task Run([QueueTrigger(QueueNames.UsageEvents)] QueueMessage message, CancellationToken cancellationToken) =>
        deliveries.Handle(QueueNames.UsageEvents, message, Record, cancellationToken);

    /// <exception cref="InvalidDataException">There is no such completion, or it has no usage to record.</exception>
    public async Task Record(WakeUp wakeUp, CancellationToken cancellationToken)
    {
        var id = wakeUp.CompletionId;
        var result = await Record(id, null, null, cancellationToken);
        if (result == "uncounted")
        {
            var texts = await database.All(
                Caller.Service,
                Statement.Of(UsageSql.TextsToCount, Parameter.Uuid(id)),
                row => (Role: row.GetString(0), Content: row.TextOrNull(1), Tokens: row.ValueOrNull<int>(2)),
                cancellationToken);
            var counted = texts.ConvertAll(t => (t.Role, Tokens: t.Tokens ?? TokenCounter.Count(t.Content!)));
            var prompt = TokenCounter.CountPrompt(counted.Where(t => t.Role != "answer"));
            var answer = counted.Where(t => t.Role == "answer").Sum(t => t.Tokens);
            result = await Record(id, prompt, answer, cancellationToken);
        }

        switch (result)
        {
            case "recorded" or "unbilled":
                await TryCountTexts(id, cancellationToken);
                break;
            case "early":
                // Delivered before its time. Whoever stores the message wakes again.
                Log.Early(log, id);
                break;
            default:
                throw new InvalidDataException($"The usage of completion {id} cannot be recorded: {result ?? "there is no such completion"}.");
        }
    }

    /// <summary>
    /// So that the next prompt of the chat is bounded by tokens, where it would be by bytes. What is not counted now is counted after
    /// the next answer: the usage is recorded, and its message done with.
    /// </summary>
    private async Task TryCountTexts(Guid id, CancellationToken cancellationToken)
    {
        try
        {
            await CountTexts(id, cancellationToken);
        }
        catch (NpgsqlException e)
        {
            Log.NotCounted(log, id, e.SqlState ?? e.GetType().Name);
        }
    }

    private async Task CountTexts(Guid id, CancellationToken cancellationToken)
    {
        var texts = await database.All(
            Caller.Service,
            Statement.Of(UsageSql.UncountedTexts, Parameter.Uuid(id), Parameter.Integer(MaxCountedBytes)),
            row => (MessageId: row.ValueOrNull<Guid>(0), Content: row.GetString(1), ChangedAt: row.Time(2)),
            cancellationToken);
        if (texts.Count > 0)
        {
            var counted = Statement.Of(
                UsageSql.NoteTokenCounts,
                Parameter.Uuid(id),
                Parameter.Array([.. texts.Select(t => t.MessageId)], NpgsqlDbType.Uuid),
                Parameter.Array([.. texts.Select(t => t.ChangedAt.UtcDateTime)], NpgsqlDbType.TimestampTz),
                Parameter.Array([.. texts.Select(t => TokenCounter.Count(t.Content))], NpgsqlDbType.Integer));
            await database.Execute(Caller.Service, counted, cancellationToken);
        }
    }

    private Task<string?> Record(Guid id, int? inputTokens, int? outputTokens, CancellationToken cancellationToken) =>
        database.One(
            Caller.Service,
            Statement.Of(UsageSql.Record, Parameter.Uuid(id), Parameter.Integer(inputTokens), Parameter.Integer(outputTokens)),
            row => row.TextOrNull(0),
            cancellationToken);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "The message of completion {Completion} is not stored yet")]
        public static partial void Early(ILogger log, Guid completion);

        [LoggerMessage(LogLevel.Warning, "The texts of completion {Completion} could not be counted, which does no harm: {Reason}")]
        public static partial void NotCounted(ILogger log, Guid completion, string reason);
    }
}
