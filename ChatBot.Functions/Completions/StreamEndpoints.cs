using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Messages;
using ChatBot.Functions.Problems;

namespace ChatBot.Functions.Completions;

public static class StreamEndpoints
{
    private const string EventStream = "text/event-stream";
    private const string PlainText = "text/plain";

    private static readonly TimeSpan s_stopPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMilliseconds(50);

    public static void MapStreams(this IEndpointRouteBuilder api)
    {
        api.MapPost("/chats/{chatId}/stream", SendMessage).WithName(nameof(SendMessage));
        api.MapGet("/chats/{chatId}/stream", ResumeStream).WithName(nameof(ResumeStream));
        api.MapPost("/chats/{chatId}/stop", StopStream).WithName(nameof(StopStream));
        api.MapPost("/chat", Chat).WithName(nameof(Chat));
        api.MapGet("/chat/{chatId}/stream", ResumeStream).WithName("ResumeChat");
    }

    private static async Task<IResult> SendMessage(
        string chatId, HttpContext http, CurrentUser user, SendReader reader, StreamStarter starter, CancellationToken cancellation)
    {
        if (Negotiate(http, EventStream) is not { } format)
        {
            return NotAcceptable;
        }

        var body = await http.ReadBody(SendJson.Default.SendRequest, cancellation, RequestBody.SendLimit);
        if (body.IsRefused(out var problem, out var request)
            || reader.Read(http, user, chatId, request).IsRefused(out problem, out var send))
        {
            return problem;
        }

        return await starter.Start(user, send, format == PlainText, cancellation);
    }

    private static async Task<IResult> Chat(
        HttpContext http, CurrentUser user, SendReader reader, StreamStarter starter, CancellationToken cancellation)
    {
        var body = await http.ReadBody(SendJson.Default.ChatRequest, cancellation, RequestBody.SendLimit);
        if (body.IsRefused(out var problem, out var request))
        {
            return problem;
        }

        // The AI SDK names the chat `id` and wants its own stream; `chatId` is the older body, which wants the bare text.
        if (Negotiate(http, request.Id is null ? PlainText : EventStream) is not { } format)
        {
            return NotAcceptable;
        }

        return reader.Read(http, user, request).IsRefused(out problem, out var send)
            ? problem
            : await starter.Start(user, send, format == PlainText, cancellation);
    }

    private static async Task<IResult> ResumeStream(
        string chatId,
        HttpContext http,
        CurrentUser user,
        CompletionStore store,
        MessageStore messages,
        StreamStarter starter,
        CancellationToken cancellation)
    {
        var chat = ClientId.ToUuid(chatId, user.Id);
        var after = StreamPosition.Parse(http.Request.Headers["Last-Event-ID"].ToString());
        if (await store.FindLive(user, chat, cancellation) is { } live)
        {
            return await starter.Resume(user, live, after?.AnswerId == live ? after : null, cancellation);
        }

        // It ended while the client was away: the rest of it, if the client says what it had.
        if (after is { } had && await messages.Get(user, chat, had.AnswerId, cancellation) is not null)
        {
            return await starter.Resume(user, had.AnswerId, had, cancellation);
        }

        return await messages.ChatExists(user, chat, cancellation) ? TypedResults.NoContent() : ProblemResult.NotFound;
    }

    private static async Task<IResult> StopStream(
        string chatId,
        CurrentUser user,
        CompletionStore store,
        MessageStore messages,
        LiveCompletions live,
        TimeProvider time,
        CancellationToken cancellation)
    {
        var chat = ClientId.ToUuid(chatId, user.Id);
        if (await store.RequestCancel(user, chat, cancellation) is { } id)
        {
            // Elsewhere it is learnt with the next tick.
            live.Find(id)?.Stop(AnswerEnd.OfStopped);

            // Whoever stops an answer in order to say something else can do so at once.
            var since = time.GetTimestamp();
            while (await store.FindLive(user, chat, cancellation) == id && time.GetElapsedTime(since) < s_stopPatience)
            {
                await Task.Delay(s_betweenLooks, time, cancellation);
            }

            return TypedResults.NoContent();
        }

        return await messages.ChatExists(user, chat, cancellation) ? TypedResults.NoContent() : ProblemResult.NotFound;
    }

    private static ProblemResult NotAcceptable { get; } = new(
        ProblemKind.NotAcceptable, $"Streams are offered as {EventStream} and {PlainText}; say so in Accept, or leave it out.");

    private static string? Negotiate(HttpContext http, string byDefault)
    {
        var accept = http.Request.GetTypedHeaders().Accept;
        if (accept is not { Count: > 0 })
        {
            return byDefault;
        }

        return accept.OrderByDescending(a => a.Quality ?? 1)
            .Select(a => a.MediaType.Value switch
            {
                EventStream => EventStream,
                PlainText => PlainText,
                "*/*" or "text/*" => byDefault,
                _ => null,
            })
            .FirstOrDefault(a => a is not null);
    }
}
