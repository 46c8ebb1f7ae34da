using System.Buffers;
using System.Text.Json;
using ChatBot.Functions.Http;
using ChatBot.Functions.Problems;
using ChatBot.Shared.Completions;

namespace ChatBot.Functions.Completions;

public static class ConversationBody
{
    private const int PieceLength = 16 * 1024;

    /// <summary>
    /// Reads the body of <c>POST /api/chat</c>, which brings the whole conversation, with its newest message alone. Only that counts against
    /// the limit of a send, and however long the conversation is, no more than that is held.
    /// </summary>
    public static async Task<RequestBody<ChatRequest>> ReadConversation(this HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType())
        {
            return RequestBody.NotJson<ChatRequest>();
        }

        request.LimitBody(RequestBody.ConversationLimit);
        var filter = new NewestTurnFilter(RequestBody.SendLimit);
        try
        {
            await Filter(request, filter, cancellationToken);
        }
        catch (JsonException e)
        {
            return RequestBody.Refused<ChatRequest>(
                ProblemKind.InvalidJson, $"The body is not the JSON that this path takes: {e.Message} See byte {filter.Position}.");
        }

        return filter.IsTooLarge
            ? RequestBody.Refused<ChatRequest>(ProblemKind.TooLarge, "The newest message is larger than the 1 MiB that this path accepts.")
            : Parse(filter);
    }

    private static async Task Filter(HttpRequest request, NewestTurnFilter filter, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PieceLength);
        try
        {
            int length;
            while ((length = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
            {
                filter.Read(buffer.AsSpan(0, length));
            }

            filter.End();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static RequestBody<ChatRequest> Parse(NewestTurnFilter filter)
    {
        try
        {
            return new(JsonSerializer.Deserialize(filter.Kept, SendJson.Default.ChatRequest)! with { Turns = filter.Messages }, null);
        }
        catch (UnprocessableTextException e)
        {
            return RequestBody.Refused<ChatRequest>(ProblemKind.UnprocessableText, $"The text at {PathOf(e, filter)} {e.Fault}.");
        }
        catch (JsonException e)
        {
            return RequestBody.Refused<ChatRequest>(ProblemKind.InvalidJson, $"The body is not the JSON that this path takes: see {PathOf(e, filter)}.");
        }
    }

    /// <summary>In the body as it was sent: in what was kept of it the message stands alone.</summary>
    private static string? PathOf(JsonException exception, NewestTurnFilter filter) =>
        exception.Path?.Replace("$.messages[0]", $"$.messages[{filter.Messages - 1}]", StringComparison.Ordinal);
}
