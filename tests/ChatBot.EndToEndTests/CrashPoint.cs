using ChatBot.Shared.Queues;
using ChatBot.Tests.Stack;

namespace ChatBot.EndToEndTests;

/// <summary>What is to be left of a send whose process was killed.</summary>
public enum Remains
{
    Nothing,
    Interrupted,
    Complete,
}

/// <summary>A point on the way of a completion, told by what has just been done and what has not.</summary>
/// <param name="Reach">Returns when a process stands exactly there.</param>
/// <param name="Calls">How often the model was called.</param>
public sealed record CrashPoint(string Directive, Func<WiredProcess, Func<Task>> Reach, Remains Remains, int Calls = 1)
{
    private const string Short = "tokens=20";
    private static readonly string s_text = $"text=\"{WiredProcess.Shown}\"";

    public static IReadOnlyDictionary<string, CrashPoint> BeforeTheEnd { get; } = new Dictionary<string, CrashPoint>
    {
        ["before the admission"] = Database(Short, WireAction.Hold, "begin_completion", Remains.Nothing, calls: 0),
        ["after the admission"] = Database(Short, WireAction.HoldReply, "begin_completion", Remains.Interrupted, calls: 0),
        ["before the call of the model"] = new(Short, p => Reached(p.Model, WireAction.Hold, "POST /v1/chat/completions"), Remains.Interrupted, Calls: 0),
        ["after the call of the model"] = new("no-headers", p => () => p.UntilCalled(_ => true), Remains.Interrupted),
        ["after the head of the model's answer"] = new("first=60s", p => () => p.UntilCalled(call => call.Status == 200), Remains.Interrupted),
        ["after the first token, before its draft"] = Database($"{s_text} stall=6", WireAction.Hold, "append_deltas", Remains.Interrupted, text: "ebra"),
        ["after the draft"] = Database($"{s_text} stall=6", WireAction.HoldReply, "append_deltas", Remains.Interrupted, text: "ebra"),
        ["after the model's end, before it is stored"] = Database(Short, WireAction.Hold, "finish_completion", Remains.Interrupted),
        ["after the model's end, without a database, before it is kept elsewhere"] = ClaimCheck(WireAction.Hold, Remains.Interrupted),
    };

    public static IReadOnlyDictionary<string, CrashPoint> AfterTheEnd { get; } = new Dictionary<string, CrashPoint>
    {
        ["after the end is stored"] = Database(Short, WireAction.HoldReply, "finish_completion", Remains.Complete),
        ["after the end is kept elsewhere, without a database"] = ClaimCheck(WireAction.HoldReply, Remains.Complete),
        ["before the wake-up"] = Queue(WireAction.Hold, "POST /", QueueNames.AssistantMessages),
        ["after the wake-up"] = Queue(WireAction.HoldReply, "POST /", QueueNames.AssistantMessages),
        ["after the finish event, before the delivery"] = new(Short, p => WhenShown(p, "\"type\":\"finish\""), Remains.Complete),
        ["after the delivery, before the message is stored"] = Database(Short, WireAction.Hold, "persist_message", Remains.Complete),
        ["after the message is stored"] = Database(Short, WireAction.HoldReply, "persist_message", Remains.Complete),
        ["before the wake-up for its usage"] = Queue(WireAction.Hold, "POST /", QueueNames.UsageEvents),
        ["after the wake-up for its usage"] = Queue(WireAction.HoldReply, "POST /", QueueNames.UsageEvents),
        ["before the queue message is deleted"] = Queue(WireAction.Hold, "DELETE /", QueueNames.AssistantMessages),
        ["after the queue message is deleted"] = Queue(WireAction.HoldReply, "DELETE /", QueueNames.AssistantMessages),
        ["before the ledger's row"] = Database(Short, WireAction.Hold, "record_usage", Remains.Complete),
        ["after the ledger's row"] = Database(Short, WireAction.HoldReply, "record_usage", Remains.Complete),
        ["before the last queue message is deleted"] = Queue(WireAction.Hold, "DELETE /", QueueNames.UsageEvents),
        ["after the last queue message is deleted"] = Queue(WireAction.HoldReply, "DELETE /", QueueNames.UsageEvents),
    };

    private static CrashPoint Database(string directive, WireAction action, string function, Remains remains, string text = "", int calls = 1) =>
        new(directive, p => Reached(p.Database, action, function, text), remains, calls);

    private static CrashPoint Queue(WireAction action, string method, string queue) =>
        new(Short, p => Reached(p.Queues, action, method, $"/{queue}/messages"), Remains.Complete);

    private static CrashPoint ClaimCheck(WireAction action, Remains remains) => new(
        Short,
        p =>
        {
            p.Database.On(WireAction.Cut, "finish_completion");
            return Reached(p.Blobs, action, "PUT /", $"/{QueueNames.FinishedAnswers}/");
        },
        remains);

    private static Func<Task> Reached(Wire wire, WireAction action, params string[] texts)
    {
        var trip = wire.On(action, texts);
        return () => trip.Reached;
    }

    /// <summary>The process's own functions wait for their queue.</summary>
    private static Func<Task> WhenShown(WiredProcess process, string text)
    {
        process.Queues.On(WireAction.Hold, "GET /", $"/{QueueNames.AssistantMessages}/messages");
        return () => process.UntilShown(text);
    }
}
