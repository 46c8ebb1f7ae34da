using System.Diagnostics.Metrics;

namespace ChatBot.Functions.Telemetry;

/// <summary>What is measured; docs/telemetry.md tells what it means. Where nobody listens, all of it does nothing.</summary>
public static class Metrics
{
    public const string MeterName = "ChatBot";

    private static readonly Meter s_meter = new(MeterName);

    private static readonly UpDownCounter<int> s_streams = s_meter.CreateUpDownCounter<int>(
        "chatbot.streams.active", "{stream}", "Answers that this instance is writing.");

    private static readonly Histogram<double> s_flush = Seconds(
        "chatbot.drafts.flush.duration", "How long the statement took that writes the drafts of all running answers.",
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5);

    private static readonly Histogram<double> s_queueAge = Seconds(
        "chatbot.queue.age", "How long a message had been in its queue when it was taken, or an answer had waited for one when it was found forgotten.", 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600, 3600);

    private static readonly Counter<int> s_refusals = s_meter.CreateCounter<int>(
        "chatbot.cap.refusals", "{refusal}", "Sends that were refused as a cap of their user or of the deployment had no room.");

    private static readonly Counter<int> s_retries = s_meter.CreateCounter<int>(
        "chatbot.model.retries", "{retry}", "Calls that were made again, or to a fallback, as the one before gave no token.");

    private static readonly Counter<int> s_rejectedReports = s_meter.CreateCounter<int>(
        "chatbot.usage.reports_rejected", "{report}", "Usage reports of models that were not possible, so that the usage was estimated.");

    private static readonly Counter<int> s_ended = s_meter.CreateCounter<int>(
        "chatbot.completions.ended", "{completion}", "Answers whose end was stored.");

    private static readonly Counter<int> s_deadLetters = s_meter.CreateCounter<int>(
        "chatbot.queue.dead_letters", "{message}", "Messages that could not be handled and were kept as dead letters.");

    /// <summary>Of calls to models. Bounds: as the conventions advise.</summary>
    internal static Histogram<double> CallDuration { get; } = Seconds(
        "gen_ai.client.operation.duration", "How long a call to a model took, to the end of its stream.",
        0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92);

    internal static Histogram<int> CallTokens { get; } = s_meter.CreateHistogram(
        "gen_ai.client.token.usage", "{token}", "Tokens that a model reported for a call.", null, new InstrumentAdvice<int>
        {
            HistogramBucketBoundaries = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864],
        });

    internal static Histogram<double> FirstToken { get; } = Seconds(
        "gen_ai.server.time_to_first_token", "How long a model took to the first token of its answer.",
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10);

    public static void StreamBegan() => s_streams.Add(1);

    public static void StreamEnded() => s_streams.Add(-1);

    public static void DraftsFlushed(TimeSpan took) => s_flush.Record(took.TotalSeconds);

    /// <param name="insertedAt">By the storage account's clock, which may be ahead of ours.</param>
    public static void MessageTaken(string queue, DateTimeOffset? insertedAt, DateTimeOffset now)
    {
        if (insertedAt is { } since)
        {
            Waited(queue, now - since);
        }
    }

    /// <param name="queue">The one whose function has not come to it.</param>
    public static void Waited(string queue, TimeSpan age) =>
        s_queueAge.Record(Math.Max(0, age.TotalSeconds), new KeyValuePair<string, object?>("chatbot.queue", queue));

    /// <summary>Of a send. Does not count what is no refusal by a cap.</summary>
    /// <param name="cap">Empty where the limit is none of the caps.</param>
    public static void Refused(string kind, string cap)
    {
        if (kind is "cap" or "reserved" or "rate" or "streams")
        {
            s_refusals.Add(1, new("chatbot.cap", cap.Length > 0 ? cap : kind), new("chatbot.refusal.kind", kind));
        }
    }

    public static void CalledAgain(string model) => s_retries.Add(1, new KeyValuePair<string, object?>("gen_ai.request.model", model));

    /// <param name="doubt">What is wrong with it.</param>
    public static void ReportRejected(string model, string doubt) => s_rejectedReports.Add(
        1, new KeyValuePair<string, object?>("gen_ai.request.model", model), new KeyValuePair<string, object?>("chatbot.doubt", doubt));

    /// <param name="end">The state that it ended in.</param>
    public static void Ended(string end) => s_ended.Add(1, new KeyValuePair<string, object?>("chatbot.end", end));

    /// <param name="queue">The one whose messages could not be handled.</param>
    public static void Died(string queue) => s_deadLetters.Add(1, new KeyValuePair<string, object?>("chatbot.queue", queue));

    private static Histogram<double> Seconds(string name, string description, params double[] bounds) =>
        s_meter.CreateHistogram(name, "s", description, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });
}
