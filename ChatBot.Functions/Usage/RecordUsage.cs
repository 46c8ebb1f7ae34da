using ChatBot.Functions.Database;
using ChatBot.Functions.Hosting;
using ChatBot.Functions.Queues;
using NpgsqlTypes;

namespace ChatBot.Functions.Usage;

/// <summary>
/// Queue function: writes a completion's ledger row, settles its reservation and moves the totals, once. What the provider did
/// not report is counted here, off every request's path.
/// </summary>
public sealed partial class RecordUsage(ChatBotDatabase database, ILogger<RecordUsage> log)
{
    /// <exception cref="InvalidDataException">The message is not a wake-up, or names no completion.</exception>
    public async Task Run(QueueTrigger trigger, CancellationToken cancellation)
    {
        var id = WakeUpReader.Read(trigger.Body).CompletionId;
        var result = await Record(id, null, null, cancellation);
        if (result == "uncounted")
        {
            var texts = await database.All(
                Caller.Service,
                Statement.Of(UsageSql.TextsToCount, Parameter.Uuid(id)),
                row => (Role: row.GetString(0), Content: row.GetString(1)),
                cancellation);
            var prompt = TokenCounter.CountPrompt(texts.Where(t => t.Role != "answer"));
            var answer = texts.Where(t => t.Role == "answer").Sum(t => TokenCounter.Count(t.Content));
            result = await Record(id, prompt, answer, cancellation);
        }

        await CountTexts(id, cancellation);
        if (result is "early")
        {
            // Delivered before its time. Whoever stores the message wakes again.
            Log.Early(log, id);
        }
        else if (result is not ("recorded" or "unbilled"))
        {
            throw new InvalidDataException($"The usage of completion {id} cannot be recorded: {result ?? "there is no such completion"}.");
        }
    }

    /// <summary>So that the next prompt of the chat is bounded by tokens, where it would be by bytes.</summary>
    private async Task CountTexts(Guid id, CancellationToken cancellation)
    {
        var texts = await database.All(
            Caller.Service,
            Statement.Of(UsageSql.UncountedTexts, Parameter.Uuid(id)),
            row => (MessageId: row.ValueOrNull<Guid>(0), Content: row.GetString(1), ChangedAt: row.Time(2)),
            cancellation);
        if (texts.Count > 0)
        {
            var counted = Statement.Of(
                UsageSql.NoteTokenCounts,
                Parameter.Uuid(id),
                Parameter.Array([.. texts.Select(t => t.MessageId)], NpgsqlDbType.Uuid),
                Parameter.Array([.. texts.Select(t => t.ChangedAt.UtcDateTime)], NpgsqlDbType.TimestampTz),
                Parameter.Array([.. texts.Select(t => TokenCounter.Count(t.Content))], NpgsqlDbType.Integer));
            await database.Execute(Caller.Service, counted, cancellation);
        }
    }

    private Task<string?> Record(Guid id, int? inputTokens, int? outputTokens, CancellationToken cancellation) =>
        database.One(
            Caller.Service,
            Statement.Of(UsageSql.Record, Parameter.Uuid(id), Parameter.Integer(inputTokens), Parameter.Integer(outputTokens)),
            row => row.TextOrNull(0),
            cancellation);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "The message of completion {Completion} is not stored yet")]
        public static partial void Early(ILogger log, Guid completion);
    }
}
