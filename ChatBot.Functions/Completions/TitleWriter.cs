using System.Text;
using System.Text.Json;
using ChatBot.Functions.Database;
using ChatBot.Functions.Models;
using ChatBot.Functions.Queues;
using ChatBot.Functions.Settings;
using ChatBot.Functions.Tokens;
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
    UsageMeter meter,
    WakeUpQueues queues,
    ChatBotSettings settings,
    TimeProvider time,
    ILogger<TitleWriter> log)
{
    private const int MaxOutputTokens = 64;
    private const string Instruction = "Answer with nothing but a title for this conversation, in its language, of at most six words, without quotation marks.";

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(20);

    // Longer than the call may take, as nobody renews it.
    private static readonly TimeSpan s_lease = TimeSpan.FromMinutes(1);

    public async Task Write(Guid answerId, CancellationToken cancellationToken)
    {
        if (settings.Titles.Model is not { } name
            || await database.First(Caller.Service, Statement.Of(TitleSql.Subject, Parameter.Uuid(answerId)), Subject.Read, cancellationToken) is not { } subject)
        {
            return;
        }

        var model = settings.Models.First(m => m.Name == name);
        var id = Guid.CreateVersion7();
        if (await Begin(id, subject, model, cancellationToken) is { } maxOutput)
        {
            var outcome = await Call(id, subject, model, maxOutput, cancellationToken);
            await completions.Finish(outcome, 0, isLate: false, cancellationToken);
            if (outcome.State == CompletionState.Finished && TitleText.Of(outcome.Text) is { Length: > 0 } title)
            {
                await database.Execute(Caller.Service, Statement.Of(TitleSql.Give, Parameter.Uuid(subject.UserId), Parameter.Uuid(subject.ChatId), Parameter.Text(title)), cancellationToken);
            }

            await queues.TryWake(id, null, hasClaim: false);
        }
    }

    /// <summary>The output tokens that are reserved; null where the call may not be made.</summary>
    private Task<int?> Begin(Guid id, Subject subject, ModelSettings model, CancellationToken cancellationToken) =>
        database.One(
            Caller.Service,
            Statement.Of(
                TitleSql.Begin,
                Parameter.Uuid(id),
                Parameter.Uuid(subject.UserId),
                Parameter.Uuid(subject.ChatId),
                Parameter.Text(model.Name),
                Parameter.Integer(subject.Bound(model)),
                Parameter.Integer(subject.Bytes),
                Parameter.Integer(MaxOutputTokens),
                Parameter.Span(s_lease),
                Parameter.Span(s_timeout)),
            row => row.ValueOrNull<int>(0),
            cancellationToken);

    private async Task<FinishedAnswer> Call(Guid id, Subject subject, ModelSettings model, int maxOutput, CancellationToken cancellationToken)
    {
        var messages = subject.Messages();
        var reply = new TitleReply(new RelayProgress(time), ObservedCall.Begin(model, settings.Providers, maxOutput, time));
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(s_timeout);
        try
        {
            var opened = await models.Open(model, null, ModelRequest.Write(model.Deployment, messages, maxOutput), id, timeout.Token);
            if (opened.Answer is { } answer)
            {
                await using (answer)
                {
                    await reply.Read(answer, timeout);
                }
            }
            else
            {
                reply.Fail(opened.Failure!);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException or JsonException or InvalidDataException)
        {
            if (!reply.Progress.IsWhole)
            {
                Log.Failed(log, subject.ChatId, e.GetType().Name);
                reply.Fail(e.GetType().Name);
            }
        }

        var (count, tokens) = TokenCounter.CountPrompt(messages);
        return reply.End(id, meter, model, new CountedUsage(count, tokens, 0, 0, subject.Bound(model), maxOutput));
    }

    private sealed record Subject(Guid UserId, Guid ChatId, string Question, string Answer)
    {
        // What a chat's format adds at the most, as the admission of an answer has it.
        private const int Overhead = 4 * 8;

        private int Tokens => TokenCounter.Count(Instruction) + TokenCounter.Count(Question) + TokenCounter.Count(Answer);

        public int Bytes => Encoding.UTF8.GetByteCount(Instruction) + Encoding.UTF8.GetByteCount(Question) + Encoding.UTF8.GetByteCount(Answer);

        /// <summary>The most tokens that the prompt can be.</summary>
        public int Bound(ModelSettings model) => (model.Encoding is TokenEncoding.Bytes ? Bytes : Tokens) + Overhead;

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
