using System.Collections.Concurrent;
using ChatBot.Functions.Models;
using ChatBot.Functions.Settings;
using ChatBot.Functions.Telemetry;

namespace ChatBot.Functions.Usage;

/// <summary>
/// The one place that decides what a call is charged by: what the provider reported, where that is possible, else what was counted. Stream, message
/// and ledger tell what is decided here.
/// </summary>
public sealed partial class UsageMeter(TimeProvider time, ILogger<UsageMeter> log)
{
    private const int ToleratedTokens = 8;
    private const double ToleratedShare = 0.02;

    // Other vocabularies make up to so many times fewer tokens of a text.
    private const int OtherVocabularies = 4;

    private static readonly TimeSpan s_silence = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _loggedAt = new();

    /// <param name="report">The last that came.</param>
    /// <param name="isWhole">Whether the model came to its end. A report of before that is none, where it does not fit to what followed it.</param>
    public MeteredUsage Measure(ModelSettings model, CountedUsage counted, UsageReport? report, bool isWhole)
    {
        if (report is not { } some)
        {
            return Estimate(counted);
        }

        if (Doubt(some, counted, model.Encoding) is not { } doubt)
        {
            return new MeteredUsage(some.ToUsage()!.Value, IsReported: true);
        }

        if (!isWhole)
        {
            return Estimate(counted);
        }

        Metrics.ReportRejected(model.Deployment, doubt);
        var now = time.GetUtcNow();
        if (_loggedAt.AddOrUpdate(model.Name, now, (_, before) => now - before >= s_silence ? now : before) == now)
        {
            Log.Rejected(log, model.Name, doubt);
        }

        return Estimate(counted) with { Rejected = some.ToJson() };
    }

    /// <summary>Why a report cannot be true; null where it can.</summary>
    private static string? Doubt(UsageReport report, CountedUsage counted, TokenEncoding encoding)
    {
        if (report.ToUsage() is not { } usage)
        {
            return "contradictory";
        }

        var delivered = counted.TextTokens + counted.ReasoningTokens;
        var least = encoding is TokenEncoding.Bytes ? delivered / OtherVocabularies : delivered - Math.Max(ToleratedTokens, ToleratedShare * delivered);
        return usage.Input < counted.PromptMessages || usage.Output < Math.Max(least, Math.Min(delivered, 1)) ? "too_low"
            : usage.Input > counted.PromptBound || usage.Output > counted.MaxOutput ? "too_high"
            : null;
    }

    private static MeteredUsage Estimate(CountedUsage counted)
    {
        var output = Math.Min(counted.TextTokens + counted.ReasoningTokens, counted.MaxOutput);
        return new MeteredUsage(
            new TokenUsage(Math.Min(counted.PromptTokens, counted.PromptBound), 0, output, Math.Min(counted.ReasoningTokens, output)), IsReported: false);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Model {Model} reports usage that is not possible ({Doubt}): it is estimated instead. Further reports within the hour are only counted")]
        public static partial void Rejected(ILogger log, string model, string doubt);
    }
}

/// <summary>What is known of a call's usage without its report.</summary>
/// <param name="TextTokens">Of the text that was delivered.</param>
/// <param name="ReasoningTokens">Of the reasoning that was streamed.</param>
/// <param name="PromptBound">The most that the prompt can be.</param>
/// <param name="MaxOutput">What the model was allowed to answer.</param>
public readonly record struct CountedUsage(int PromptMessages, int PromptTokens, int TextTokens, int ReasoningTokens, int PromptBound, int MaxOutput);

/// <summary>What a call is charged by.</summary>
/// <param name="Rejected">The report that was not believed, as JSON.</param>
public readonly record struct MeteredUsage(TokenUsage Usage, bool IsReported, string? Rejected = null)
{
    /// <summary>As in the ledger.</summary>
    public string Quality => IsReported ? "reported" : "estimated";

    public TokenUsage? Reported => IsReported ? Usage : null;
}
