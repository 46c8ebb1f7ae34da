using System.Text.Json;
using ChatBot.Functions.Database;
using ChatBot.Functions.Http;
using ChatBot.Functions.Settings;
using ChatBot.Shared.Operations;
using Npgsql;

namespace ChatBot.Functions.Operations;

/// <summary>What the database knows of operations: what is to be done, and how far it is.</summary>
public sealed class OperationStore(ChatBotDatabase database, ChatBotSettings settings)
{
    /// <summary>Also once the owner's account is gone.</summary>
    public Task<Operation?> Find(string id, Guid owner, CancellationToken cancellationToken) =>
        database.First(Caller.Service, Statement.Of(OperationSql.OfOwner, Parameter.Text(id), Parameter.Uuid(owner)), Read, cancellationToken);

    public Task<Operation?> Find(string id, CancellationToken cancellationToken) =>
        database.First(Caller.Service, Statement.Of(OperationSql.Of, Parameter.Text(id)), Read, cancellationToken);

    /// <summary>Newest first, those of before <paramref name="before"/>.</summary>
    public Task<JsonPage<Operation>> List(DateTimeOffset? before, int limit, CancellationToken cancellationToken) =>
        database.Page(
            Caller.Service,
            Statement.Of(OperationSql.List, Parameter.Time(before), Parameter.Integer(limit)),
            new PageShape<Operation>(ChatBotJson.Default.Operation, Read, last => Paging.Cursor(last.CreatedAt, Guid.Empty), limit),
            cancellationToken);

    /// <summary>What is to be started now.</summary>
    public Task<List<OperationRun>> Begin(CancellationToken cancellationToken) =>
        database.All(
            Caller.Service,
            Statement.Of(OperationSql.Begin, Parameter.Span(settings.Billing.CloseAfter), Parameter.Integer(settings.Encryption.CurrentVersion)),
            row => new OperationRun(row.GetString(0), row.GetString(1), row.Time(2)),
            cancellationToken);

    /// <param name="counts">A JSON object of whole numbers, which are added to those that are there.</param>
    public Task NoteProgress(string id, string counts, CancellationToken cancellationToken) =>
        database.Execute(Caller.Service, Statement.Of(OperationSql.NoteProgress, Parameter.Text(id), Parameter.Json(counts)), cancellationToken);

    public Task Finish(string id, CancellationToken cancellationToken) =>
        database.Execute(Caller.Service, Statement.Of(OperationSql.Finish, Parameter.Text(id)), cancellationToken);

    /// <summary>Those that finished longer ago than <paramref name="age"/>.</summary>
    public Task Forget(TimeSpan age, CancellationToken cancellationToken) =>
        database.Execute(Caller.Service, Statement.Of(OperationSql.Forget, Parameter.Span(age)), cancellationToken);

    private static Operation Read(NpgsqlDataReader row)
    {
        var finishedAt = row.TimeOrNull(5);
        return new(
            row.GetString(0), row.GetString(1), finishedAt is null ? "running" : "completed", JsonElement.Parse(row.GetString(2)), row.Time(3), row.Time(4), finishedAt);
    }
}
