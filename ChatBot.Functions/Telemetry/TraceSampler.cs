using System.Diagnostics;
using OpenTelemetry.Trace;

namespace ChatBot.Functions.Telemetry;

/// <summary>
/// Decides once per trace, where it enters this program: at a request, or at a message that is of no trace. All else follows its
/// parent. The draw is at random and not by the trace's id, as a client may choose that. Work that nobody asked for, such as the
/// statements of drafts and timers, begins no trace: it would be most of what is sent.
/// </summary>
internal sealed class TraceSampler(double ratio) : Sampler
{
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var parent = samplingParameters.ParentContext;
        var isSampled = samplingParameters.Kind switch
        {
            ActivityKind.Server => IsDrawn(),
            ActivityKind.Consumer when parent == default => IsDrawn(),
            _ => parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded),
        };
        return new SamplingResult(isSampled ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);
    }

    private bool IsDrawn() => Random.Shared.NextDouble() < ratio;
}
