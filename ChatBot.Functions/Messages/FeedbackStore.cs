using ChatBot.Functions.Database;
using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Shared.Messages;
using Npgsql;

namespace ChatBot.Functions.Messages;

public sealed class FeedbackStore(ChatBotDatabase database)
{
    /// <summary>False where the caller has no such answer.</summary>
    public async Task<bool> Put(CurrentUser user, Guid chatId, Guid id, FeedbackRequest feedback, CancellationToken cancellationToken) =>
        await database.Execute(
            user.Caller,
            Statement.Of(FeedbackSql.Put, Parameter.Uuid(chatId), Parameter.Uuid(id), Parameter.Text(feedback.Value), Parameter.Text(feedback.Comment)),
            cancellationToken) > 0;

    /// <summary>False where there is none.</summary>
    public async Task<bool> Withdraw(CurrentUser user, Guid chatId, Guid id, CancellationToken cancellationToken) =>
        await database.Execute(user.Caller, Statement.Of(FeedbackSql.Withdraw, Parameter.Uuid(chatId), Parameter.Uuid(id)), cancellationToken) > 0;

    public Task<JsonPage<GivenFeedback>> List(DateTimeOffset? before, Guid? beforeId, int limit, CancellationToken cancellationToken) =>
        database.Page(
            Caller.Service,
            Statement.Of(FeedbackSql.List, Parameter.Time(before), Parameter.Uuid(beforeId), Parameter.Integer(limit)),
            new PageShape<GivenFeedback>(ChatBotJson.Default.GivenFeedback, Read, last => Paging.Cursor(last.GivenAt, last.MessageId), limit),
            cancellationToken);

    private static GivenFeedback Read(NpgsqlDataReader row) =>
        new(row.GetGuid(0), row.TextOrNull(1), row.GetString(2), row.TextOrNull(3), row.Time(4));
}
