using System.Text;
using System.Text.Json;
using ChatBot.Functions.Database;
using ChatBot.Functions.Models;
using ChatBot.Functions.Queues;
using ChatBot.Functions.Settings;
using ChatBot.Functions.Telemetry;
using ChatBot.Functions.Usage;
using ChatBot.Shared.Completions;

namespace ChatBot.Functions.Completions;

/// <summary>
/// Lets a model give a chat its title once it has its first answer: a call that the user does not see, admitted, metered and
/// recorded like an answer, under the purpose <c>title</c>. A chat for which that fails keeps the first words of its first message.
/// </summary>
public sealed partial class TitleWriter(
    ChatBotDatabase database,
    CompletionStore completions,
    ChatModel models,
    WakeUpQueues queues,
    ChatBotSettings settings,
    TimeProvider time,
    ILogger<TitleWriter> log)
{
    private const int MaxLength = 100;
    private const int MaxOutputTokens = 64;
    private const string Instruction = "Answer with nothing but a title for this conversation, in its language, of at most six words, without quotation marks.";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    // Longer than the call may take, as nobody renews it.
    private static readonly TimeSpan s_lease = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_reservationLifetime = TimeSpan.FromMinutes(15);

    public async Task Write(Guid answerId, CancellationToken cancellation)
    {
        if (settings.Titles.Model is not { } name
            || await database.First(Caller.Service, Statement.Of(TitleSql.Subject, Parameter.Uuid(answerId)), Subject.Read, cancellation) is not { } subject)
        {
            return;
        }

        var model = settings.Models.First(m => m.Name == name);
        var id = Guid.CreateVersion7();
        if (await Begin(id, subject, model, cancellation) is { } maxOutput)
        {
            var outcome = await Call(id, subject, model, maxOutput, cancellation);
            await completions.Finish(outcome, 0, isLate: false, cancellation);
            if (outcome is { State: AnswerEnd.Finished, Text.Length: > 0 })
            {
                await database.Execute(
                    Caller.Service, Statement.Of(TitleSql.Give, Parameter.Uuid(subject.ChatId), Parameter.Text(outcome.Text)), cancellation);
            }

            await queues.TryWake(id, null, hasClaim: false);
        }
    }

    /// <summary>The output tokens that are reserved; null where the call may not be made.</summary>
    private Task<int?> Begin(Guid id, Subject subject, ModelSettings model, CancellationToken cancellation) =>
        database.One(
            Caller.Service,
            Statement.Of(
                TitleSql.Begin,
                Parameter.Uuid(id),
                Parameter.Uuid(subject.UserId),
                Parameter.Uuid(subject.ChatId),
                Parameter.Text(model.Name),
                Parameter.Integer(model.Encoding is TokenEncoding.Bytes ? subject.Bytes + Subject.Overhead : subject.Tokens + Subject.Overhead),
                Parameter.Integer(subject.Bytes),
                Parameter.Integer(MaxOutputTokens),
                Parameter.Span(s_lease),
                Parameter.Span(s_reservationLifetime)),
            row => row.ValueOrNull<int>(0),
            cancellation);

    private async Task<FinishedAnswer> Call(Guid id, Subject subject, ModelSettings model, int maxOutput, CancellationToken cancellation)
    {
        var progress = new RelayProgress(time);
        var title = new StringBuilder();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(s_patience);
        var wasCalled = true;
        string? error = null;
        var observed = ObservedCall.Begin(model, settings.Providers, maxOutput, time);
        try
        {
            var reply = await models.Open(model, null, ModelRequest.Write(model.Deployment, subject.Messages(), maxOutput), id, patience.Token);
            wasCalled = reply.Failure?.WasTaken ?? true;
            error = reply.Failure?.ErrorType;
            if (reply.Body is { } body)
            {
                await using (body)
                {
                    await foreach (var chunk in ModelStream.Read(body, patience.Token))
                    {
                        title.Append(chunk.Text);
                        progress.Take(chunk);
                        observed.Take(chunk);
                    }
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException or JsonException or InvalidDataException)
        {
            Log.Failed(log, subject.ChatId, e.GetType().Name);
            error = e.GetType().Name;
        }

        observed.End(error, progress);

        var text = string.Join(' ', title.ToString().Split(['\r', '\n', '\t', '\0', ' ', '"'], StringSplitOptions.RemoveEmptyEntries));
        var isDone = progress.FinishReason == "stop";
        return new FinishedAnswer(
            1,
            id,
            LiveCompletion.FirstEpoch,
            isDone ? AnswerEnd.Finished : AnswerEnd.Failed,
            isDone ? "stop" : null,
            null,
            progress.Filtered,
            wasCalled,
            text.Length <= MaxLength ? text : text[..(char.IsHighSurrogate(text[MaxLength - 1]) ? MaxLength - 1 : MaxLength)],
            progress.Usage?.Input,
            progress.Usage?.CachedInput,
            progress.Usage?.Output,
            progress.Usage?.Reasoning,
            null);
    }

    private sealed record Subject(Guid UserId, Guid ChatId, string Question, string Answer)
    {
        // What a chat's format adds at the most, as the admission of an answer has it.
        public const int Overhead = 4 * 8;

        public int Tokens => TokenCounter.Count(Instruction) + TokenCounter.Count(Question) + TokenCounter.Count(Answer);

        public int Bytes => Encoding.UTF8.GetByteCount(Instruction) + Encoding.UTF8.GetByteCount(Question) + Encoding.UTF8.GetByteCount(Answer);

        public static Subject Read(Npgsql.NpgsqlDataReader row) => new(row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetString(3));

        public string Messages()
        {
            using var stream = new MemoryStream();
            using (var json = new Utf8JsonWriter(stream))
            {
                json.WriteStartArray();
                foreach (var (role, content) in new[] { ("system", Instruction), ("user", Question), ("assistant", Answer) })
                {
                    json.WriteStartObject();
                    json.WriteString("role", role);
                    json.WriteString("content", content);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            return Encoding.UTF8.GetString(stream.ToArray());
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Chat {Chat} got no title: {Reason}")]
        public static partial void Failed(ILogger log, Guid chat, string reason);
    }
}
