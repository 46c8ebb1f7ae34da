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
    SendRequestParser reader, StreamStarter starter, CompletionStore store, MessageStore messages, LiveCompletions live, TimeProvider time)
{
    private const string EventStream = "text/event-stream";
    private const string PlainText = "text/plain";

    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(50);

    [Function(nameof(SendMessage))]
    [CountsAs(RequestKind.Send)]
    public async Task<IResult> SendMessage(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "chats/{chatId}/stream")] HttpRequest request,
        CurrentUser user, string chatId, CancellationToken cancellationToken)
    {
        if (Negotiate(request, EventStream) is not { } format)
        {
            return NotAcceptable;
        }

        var body = await request.ReadBody(SendJson.Default.SendRequest, cancellationToken, RequestBody.SendLimit);
        if (body.IsRefused(out var problem, out var sent)
            || reader.Read(request, user, chatId, sent).IsRefused(out problem, out var send))
        {
            return problem;
        }

        return await starter.Start(user, send, format == PlainText, cancellationToken);
    }

    [Function(nameof(Chat))]
    [CountsAs(RequestKind.Send)]
    public async Task<IResult> Chat(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "chat")] HttpRequest request,
        CurrentUser user, CancellationToken cancellationToken)
    {
        var body = await request.ReadConversation(cancellationToken);
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
            : await starter.Start(user, send, format == PlainText, cancellationToken);
    }

    [Function(nameof(ResumeStream))]
    public async Task<IResult> ResumeStream(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "chats/{chatId}/stream")] HttpRequest request,
        CurrentUser user, string chatId, CancellationToken cancellationToken)
    {
        var chat = ClientId.ToUuid(chatId, user.Id);
        var after = StreamPosition.Parse(request.Headers["Last-Event-ID"].ToString());
        var live = await store.FindLive(user, chat, cancellationToken);

        // The rest of what the client had, whether or not it has ended meanwhile and another has begun.
        if (after is { } had && had.AnswerId != live && (live is null || had.Stage < StreamStage.Ended))
        {
            if (await messages.Get(user, chat, had.AnswerId, cancellationToken) is not null)
            {
                return await starter.Resume(user, had.AnswerId, had, cancellationToken);
            }

            // Of a deleted answer there is no rest, and what runs now is not it.
            if (had.Stage < StreamStage.Ended)
            {
                return ProblemResult.NotFound;
            }
        }

        if (live is { } running)
        {
            return await starter.Resume(user, running, after?.AnswerId == running ? after : null, cancellationToken);
        }

        return await messages.ChatExists(user, chat, cancellationToken) ? TypedResults.NoContent() : ProblemResult.NotFound;
    }

    [Function(nameof(ResumeChat))]
    public Task<IResult> ResumeChat(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "chat/{chatId}/stream")] HttpRequest request,
        CurrentUser user, string chatId, CancellationToken cancellationToken) =>
        ResumeStream(request, user, chatId, cancellationToken);

    [Function(nameof(StopStream))]
    public async Task<IResult> StopStream(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "chats/{chatId}/stop")] HttpRequest request,
        CurrentUser user, string chatId, CancellationToken cancellationToken)
    {
        var body = HasBody(request) ? await request.ReadBody(ChatBotJson.Default.StopRequest, cancellationToken) : new(new StopRequest(), null);
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
        if (await store.RequestStop(user, chat, message, cancellationToken) is not { } id)
        {
            return TypedResults.NoContent();
        }

        // Elsewhere it is learnt with the next tick.
        live.Find(id)?.Stop(CompletionOutcome.Stopped);

        // A client that stops an answer in order to send something else can do so when this returns.
        var since = time.GetTimestamp();
        while (await store.FindLive(user, chat, cancellationToken) == id)
        {
            if (time.GetElapsedTime(since) > s_stopTimeout)
            {
                request.HttpContext.Response.Headers.RetryAfter = "1";
                return TypedResults.StatusCode(StatusCodes.Status202Accepted);
            }

            await Task.Delay(s_pollInterval, time, cancellationToken);
        }

        return TypedResults.NoContent();
    }

    private static bool HasBody(HttpRequest request) =>
        request.ContentLength is not 0 && request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true };

    private static ProblemResult NotAcceptable { get; } = new(
        ProblemKind.NotAcceptable, $"Streams are offered as {EventStream} and {PlainText}. Set Accept to one of them, or omit it.");

    private static string? Negotiate(HttpRequest request, string defaultValue)
    {
        var accept = request.GetTypedHeaders().Accept;
        if (accept is not { Count: > 0 })
        {
            return defaultValue;
        }

        return accept.OrderByDescending(a => a.Quality ?? 1)
            .Select(a => a.MediaType.Value switch
            {
                EventStream => EventStream,
                PlainText => PlainText,
                "*/*" or "text/*" => defaultValue,
                _ => null,
            })
            .FirstOrDefault(a => a is not null);
    }
}
