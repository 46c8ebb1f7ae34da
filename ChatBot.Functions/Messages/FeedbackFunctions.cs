using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Problems;
using Microsoft.Azure.Functions.Worker;

namespace ChatBot.Functions.Messages;

public sealed class FeedbackFunctions(FeedbackStore feedback, MessageStore messages)
{
    [Function(nameof(PutFeedback))]
    public async Task<IResult> PutFeedback(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "chats/{chatId}/messages/{messageId}/feedback")] HttpRequest request,
        CurrentUser user, string chatId, string messageId, CancellationToken cancellationToken)
    {
        var body = await request.ReadBody(ChatBotJson.Default.FeedbackRequest, cancellationToken);
        if (body.IsRefused(out var problem, out var sent))
        {
            return problem;
        }

        var validation = new Validation()
            .Check("value", sent.Value is "up" or "down", "must be one of: up, down")
            .Words("comment", sent.Comment, 2_000);
        if (validation.Problem() is { } invalid)
        {
            return invalid;
        }

        var (chat, id) = MessageFunctions.Ids(user, chatId, messageId);
        return await feedback.Put(user, chat, id, sent, cancellationToken)
            && await messages.Get(user, chat, id, cancellationToken) is { } message
                ? MessageFunctions.Answer(message)
                : ProblemResult.NotFound;
    }

    [Function(nameof(DeleteFeedback))]
    public async Task<IResult> DeleteFeedback(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "chats/{chatId}/messages/{messageId}/feedback")] HttpRequest request,
        CurrentUser user, string chatId, string messageId, CancellationToken cancellationToken)
    {
        var (chat, id) = MessageFunctions.Ids(user, chatId, messageId);
        return await feedback.Withdraw(user, chat, id, cancellationToken) ? TypedResults.NoContent() : ProblemResult.NotFound;
    }

    [Function(nameof(ListFeedback))]
    [BillingRole]
    public async Task<IResult> ListFeedback(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "billing/feedback")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        return Paging.IsRefused(request, out var problem, out var limit, out var before, out var beforeId)
            ? problem
            : await feedback.List(before, beforeId, limit, cancellationToken);
    }
}
