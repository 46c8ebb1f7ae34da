using ChatBot.Functions.Database;
using ChatBot.Functions.Hosting;
using ChatBot.Functions.Queues;

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

    private async Task<string?> Record(Guid id, int? inputTokens, int? outputTokens, CancellationToken cancellation) =>
        (await database.First(
            Caller.Service,
            Statement.Of(UsageSql.Record, Parameter.Uuid(id), Parameter.Integer(inputTokens), Parameter.Integer(outputTokens)),
            row => new { Result = row.TextOrNull(0) },
            cancellation))?.Result;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "The message of completion {Completion} is not stored yet")]
        public static partial void Early(ILogger log, Guid completion);
    }
}
