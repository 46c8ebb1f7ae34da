using System.Text;
using System.Text.Json;
using ChatBot.Functions.Database;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Problems;
using ChatBot.Functions.Settings;
using ChatBot.Functions.Telemetry;
using ChatBot.Functions.Tokens;
using ChatBot.Shared.Usage;
using Npgsql;

namespace ChatBot.Functions.Completions;

/// <summary>What the database must say yes to before a model is called; each is one round trip.</summary>
public sealed class AdmissionStore(ChatBotDatabase database, ChatBotSettings settings)
{
    private const int MaxTries = 3;

    // As long as a client may repeat what got no answer; who says the same again later means it.
    private static readonly TimeSpan s_repeatsFor = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly string _models = ModelsAsJson(settings.Models);

    /// <summary>The admission: everything that must be settled before a model is called.</summary>
    /// <exception cref="PostgresException">Refused, with an SQLSTATE of class CB.</exception>
    /// <exception cref="CommitOutcomeUnknownException">Nobody knows whether it was admitted.</exception>
    public async Task<AdmissionResult> Begin(CurrentUser user, Guid id, SendCommand send, string? traceParent, CancellationToken cancellationToken)
    {
        try
        {
            return await Repeat(() => BeginOnce(user, id, send, traceParent, cancellationToken));
        }
        catch (PostgresException e)
        {
            if (LimitRefusal.Of(DatabaseProblems.From(e)) is { } refusal)
            {
                Metrics.Refused(refusal.Kind, refusal.Cap);
            }

            throw;
        }
    }

    /// <summary>What a send would be admitted with.</summary>
    /// <param name="chatId">Null is a new chat.</param>
    /// <param name="content">Of the new message; null is none.</param>
    /// <exception cref="PostgresException">It would be refused by something else than a cap, with an SQLSTATE of class CB.</exception>
    public async Task<Estimate> Estimate(CurrentUser user, Guid? chatId, string? content, string? model, CancellationToken cancellationToken)
    {
        var statement = Statement.Of(
            CompletionSql.Estimate,
            Parameter.Uuid(chatId),
            Parameter.Integer(content is null ? null : TokenCounter.Count(content)),
            Parameter.Integer(content is null ? null : Encoding.UTF8.GetByteCount(content)),
            Parameter.Text(model),
            Parameter.Json(_models));
        return (await database.First(user.Caller, statement, ReadEstimate, cancellationToken))!;
    }

    /// <summary>A further call out of a completion. Null where it may not be made.</summary>
    public Task<AdmittedCall?> BeginAttempt(LiveCompletion live, ModelSettings model, CancellationToken cancellationToken)
    {
        var attemptId = Guid.CreateVersion7();
        return Repeat(() => database.First(
            Caller.Service,
            Statement.Of(
                CompletionSql.BeginAttempt,
                Parameter.Uuid(live.Id),
                Parameter.Integer(live.Epoch),
                Parameter.Uuid(attemptId),
                Parameter.Boolean(live.IsCalled),
                Parameter.Text(model.Name),
                Parameter.Integer(model.Context),
                Parameter.Integer(model.MaxOutput)),
            AdmittedCall.Read,
            cancellationToken));
    }

    /// <summary>Both are the same when they are done again under their ids, and a client should not have to do it.</summary>
    private static async Task<T> Repeat<T>(Func<Task<T>> begin)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await begin();
            }
            catch (NpgsqlException e) when (attempt < MaxTries && (e is CommitOutcomeUnknownException { IsTimeout: false } or PostgresException { IsTransient: true }))
            {
                await Task.Delay(s_pause * attempt);
            }
        }
    }

    private async Task<AdmissionResult> BeginOnce(CurrentUser user, Guid id, SendCommand send, string? traceParent, CancellationToken cancellationToken)
    {
        var statement = Statement.Of(
            CompletionSql.Begin,
            Parameter.Uuid(id),
            Parameter.Uuid(send.ChatId),
            Parameter.Boolean(send.CreatesChat),
            Parameter.Text(send.Trigger),
            Parameter.Uuid(send.MessageId),
            Parameter.Boolean(send.IsEdit),
            Parameter.Text(send.ClientId),
            Parameter.Text(send.Content),
            Parameter.Integer(send.TokenBound),
            Parameter.Text(send.Model),
            Parameter.Json(_models),
            Parameter.Text(send.IdempotencyKey),
            Parameter.Bytes(send.Fingerprint),
            Parameter.Span(send.IsUnnamed ? s_repeatsFor : null),
            Parameter.Integer(send.DisconnectGraceSeconds),
            Parameter.Span(settings.Streams.Lease),
            Parameter.Span(settings.Streams.Total),
            Parameter.Text(traceParent));
        return (await database.First(user.Caller, statement, AdmissionResult.Read, cancellationToken))!;
    }

    private static Estimate ReadEstimate(NpgsqlDataReader row)
    {
        var refusal = row.TextOrNull(7);
        return new Estimate(
            row.GetString(0),
            row.GetString(1),
            row.GetInt32(2),
            refusal is null,
            row.ValueOrNull<int>(3),
            row.ValueOrNull<int>(4),
            row.DecimalOrNull(5),
            row.GetString(6),
            refusal is null ? null : JsonElement.Parse(refusal));
    }

    private static string ModelsAsJson(IReadOnlyList<ModelSettings> models)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartArray();
            foreach (var model in models)
            {
                json.WriteStartObject();
                json.WriteString("name", model.Name);
                json.WriteNumber("context", model.Context);
                json.WriteNumber("maxOutput", model.MaxOutput);
                json.WriteBoolean("ownKey", model.Provider is ModelProvider.OpenAI);
                json.WriteBoolean("inBytes", model.Encoding is TokenEncoding.Bytes);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
