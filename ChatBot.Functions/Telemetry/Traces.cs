using System.Diagnostics;
using ChatBot.Functions.Settings;

namespace ChatBot.Functions.Telemetry;

/// <summary>
/// Begins the spans of this program; null where nobody listens. What they carry is ids, names, counts and times. Texts are not
/// among them, nor are messages of exceptions: those of providers and databases may repeat what they were given.
/// </summary>
public static class Traces
{
    public const string SourceName = "ChatBot";

    private const string MessagingSystem = "azure_queue_storage";

    private static readonly ActivitySource s_source = new(SourceName);

    /// <summary>
    /// A request from outside. It goes on with the client's trace, so that a page finds its request again, but whether it is sampled
    /// is decided here: else anybody could fill the bill. Baggage and state of the client's trace are left behind, as they are texts.
    /// </summary>
    public static Activity? BeginRequest(string method, string? traceParent)
    {
        // The server's own, which has taken over all that the client says.
        Activity.Current = null;
        var client = ActivityContext.TryParse(traceParent, null, out var context)
            ? new ActivityContext(context.TraceId, context.SpanId, ActivityTraceFlags.None, null, isRemote: true)
            : default;
        var span = s_source.StartActivity(method, ActivityKind.Server, client);
        span?.SetTag("http.request.method", method);
        return span;
    }

    public static Activity? BeginCall(ModelSettings model, string provider, Uri endpoint, int maxOutputTokens)
    {
        var span = s_source.StartActivity($"chat {model.Deployment}", ActivityKind.Client);
        span?.SetTag("gen_ai.operation.name", "chat");
        span?.SetTag("gen_ai.provider.name", provider);
        span?.SetTag("gen_ai.request.model", model.Deployment);
        span?.SetTag("gen_ai.request.max_tokens", maxOutputTokens);
        span?.SetTag("server.address", endpoint.Host);
        span?.SetTag("server.port", endpoint.Port);
        return span;
    }

    /// <summary>
    /// A statement: a constant of this program, with <c>$1</c> for each value. Not by Npgsql's own spans: those bear the messages of
    /// its exceptions, and there is none for a batch that fails at a later statement than its first, as ours do.
    /// </summary>
    public static Activity? BeginStatement(string text)
    {
        if (!s_source.HasListeners())
        {
            return null;
        }

        var span = s_source.StartActivity(StatementNames.Of(text), ActivityKind.Client);
        span?.SetTag("db.system.name", "postgresql");
        span?.SetTag("db.query.text", text);
        return span;
    }

    /// <param name="traceParent">Of the request that the message is about, for where it is sent outside of that request's trace.</param>
    public static Activity? BeginSend(string queue, string? traceParent)
    {
        var span = s_source.StartActivity($"send {queue}", ActivityKind.Producer, ParentOf(traceParent));
        span?.SetTag("messaging.system", MessagingSystem);
        span?.SetTag("messaging.operation.type", "send");
        span?.SetTag("messaging.operation.name", "send");
        span?.SetTag("messaging.destination.name", queue);
        return span;
    }

    /// <summary>A delivery of a message. It is in the trace that the message names, which this program wrote into it: that one is trusted.</summary>
    public static Activity? BeginDelivery(string queue, string messageId, long dequeueCount, string? traceParent)
    {
        // Under the host that is its call.
        Activity.Current = null;
        var span = s_source.StartActivity($"process {queue}", ActivityKind.Consumer, ParentOf(traceParent));
        span?.SetTag("messaging.system", MessagingSystem);
        span?.SetTag("messaging.operation.type", "process");
        span?.SetTag("messaging.operation.name", "process");
        span?.SetTag("messaging.destination.name", queue);
        span?.SetTag("messaging.message.id", messageId);
        span?.SetTag("chatbot.delivery", dequeueCount);
        return span;
    }

    /// <param name="type">A kind of error, never its message.</param>
    public static void Fail(this Activity? span, string type)
    {
        span?.SetTag("error.type", type);
        span?.SetStatus(ActivityStatusCode.Error);
    }

    /// <summary>Nothing, and so the current span, where that is in the same trace already.</summary>
    private static ActivityContext ParentOf(string? traceParent) =>
        ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent) && Activity.Current?.TraceId != parent.TraceId ? parent : default;
}
