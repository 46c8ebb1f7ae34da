using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Messages;
using ChatBot.Functions.Problems;
using ChatBot.Functions.RateLimiting;
using ChatBot.Shared.Completions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Azure.Functions.Worker;

namespace ChatBot.Functions.Completions;

public sealed class StreamFunctions(
    SendReader reader, StreamStarter starter, CompletionStore store, MessageStore messages, LiveCompletions live, TimeProvider time)
{
    private const string EventStream = "text/event-stream";
    private const string PlainText = "text/plain";

    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(50);

    [Function(nameof(SendMessage))]
    [CountsAs(RequestKind.Send)]
    public async Task<IResult> SendMessage(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "chats/{chatId}/stream")] HttpRequest request,
        CurrentUser user, string chatId, CancellationToken cancellation)
    {
        if (Negotiate(request, EventStream) is not { } format)
        {
            return NotAcceptable;
        }

        var body = await request.ReadBody(SendJson.Default.SendRequest, cancellation, RequestBody.SendLimit);
        if (body.IsRefused(out var problem, out var sent)
            || reader.Read(request, user, chatId, sent).IsRefused(out problem, out var send))
        {
            return problem;
        }

        return await starter.Start(user, send, format == PlainText, cancellation);
    }

    [Function(nameof(Chat))]
    [CountsAs(RequestKind.Send)]
    public async Task<IResult> Chat(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "chat")] HttpRequest request,
        CurrentUser user, CancellationToken cancellation)
    {
        var body = await request.ReadConversation(cancellation);
        if (body.IsRefused(out var problem, out var sent))
        {
            return problem;
        }

        // The AI SDK names the chat `id` and wants its own stream; `chatId` is the older body, which wants the bare text.
        if (Negotiate(request, sent.Id is null ? PlainText : EventStream) is not { } format)
        {
            return NotAcceptable;
        }

        return reader.Read(request, user, sent).IsRefused(out problem, out var send)
            ? problem
            : await starter.Start(user, send, format == PlainText, cancellation);
    }

    [Function(nameof(ResumeStream))]
    public async Task<IResult> ResumeStream(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "chats/{chatId}/stream")] HttpRequest request,
        CurrentUser user, string chatId, CancellationToken cancellation)
    {
        var chat = ClientId.ToUuid(chatId, user.Id);
        var after = StreamPosition.Parse(request.Headers["Last-Event-ID"].ToString());
        var live = await store.FindLive(user, chat, cancellation);

        // The rest of what the client had, whether or not it has ended meanwhile and another has begun.
        if (after is { } had && had.AnswerId != live && (live is null || had.Stage < StreamStage.Ended))
        {
            if (await messages.Get(user, chat, had.AnswerId, cancellation) is not null)
            {
                return await starter.Resume(user, had.AnswerId, had, cancellation);
            }

            // Of a deleted answer there is no rest, and what runs now is not it.
            if (had.Stage < StreamStage.Ended)
            {
                return ProblemResult.NotFound;
            }
        }

        if (live is { } running)
        {
            return await starter.Resume(user, running, after?.AnswerId == running ? after : null, cancellation);
        }

        return await messages.ChatExists(user, chat, cancellation) ? TypedResults.NoContent() : ProblemResult.NotFound;
    }

    [Function(nameof(ResumeChat))]
    public Task<IResult> ResumeChat(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "chat/{chatId}/stream")] HttpRequest request,
        CurrentUser user, string chatId, CancellationToken cancellation) =>
        ResumeStream(request, user, chatId, cancellation);

    [Function(nameof(StopStream))]
    public async Task<IResult> StopStream(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "chats/{chatId}/stop")] HttpRequest request,
        CurrentUser user, string chatId, CancellationToken cancellation)
    {
        var body = HasBody(request) ? await request.ReadBody(ChatBotJson.Default.StopRequest, cancellation) : new(new StopRequest(), null);
        if (body.IsRefused(out var problem, out var sent))
        {
            return problem;
        }

        if (new Validation().Id("messageId", sent.MessageId).Problem() is { } invalid)
        {
            return invalid;
        }

        var chat = ClientId.ToUuid(chatId, user.Id);
        Guid? message = sent.MessageId is null ? null : ClientId.ToUuid(sent.MessageId, chat);
        if (await store.RequestStop(user, chat, message, cancellation) is not { } id)
        {
            return TypedResults.NoContent();
        }

        // Elsewhere it is learnt with the next tick.
        live.Find(id)?.Stop(AnswerEnd.OfStopped);

        // A client that stops an answer in order to send something else can do so when this returns.
        var since = time.GetTimestamp();
        while (await store.FindLive(user, chat, cancellation) == id)
        {
            if (time.GetElapsedTime(since) > s_stopTimeout)
            {
                request.HttpContext.Response.Headers.RetryAfter = "1";
                return TypedResults.StatusCode(StatusCodes.Status202Accepted);
            }

            await Task.Delay(s_pollInterval, time, cancellation);
        }

        return TypedResults.NoContent();
    }

    private static bool HasBody(HttpRequest request) =>
        request.ContentLength is not 0 && request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true };

    private static ProblemResult NotAcceptable { get; } = new(
        ProblemKind.NotAcceptable, $"Streams are offered as {EventStream} and {PlainText}. Set Accept to one of them, or omit it.");

    private static string? Negotiate(HttpRequest request, string byDefault)
    {
        var accept = request.GetTypedHeaders().Accept;
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
