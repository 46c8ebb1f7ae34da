using System.Collections.Concurrent;
using System.Diagnostics;
using ChatBot.Local.Protocol;

namespace ChatBot.Local;

/// <summary>Invokes functions, and knows which run and which have failed.</summary>
/// <param name="durableTask">Where the task hub is.</param>
internal sealed class Invoker(Workers workers, string? durableTask)
{
    private readonly ConcurrentDictionary<string, string> _running = [];
    private readonly ConcurrentQueue<FailedInvocation> _failures = [];

    /// <summary>Ids of what runs now.</summary>
    public ICollection<string> Running => _running.Keys;

    public IReadOnlyList<FailedInvocation> Failures => [.. _failures];

    /// <returns>What the function returned; null where it returns nothing.</returns>
    /// <exception cref="InvocationFailedException">It failed.</exception>
    public async Task<TypedData?> InvokeAsync(Trigger trigger, TypedData input, IReadOnlyDictionary<string, TypedData>? metadata = null) =>
        await InvokeAsync(await workers.ReadyAsync(), trigger, RequestOf(trigger, input, metadata));

    /// <summary>What the worker is told of one trigger of a function.</summary>
    public InvocationRequest RequestOf(Trigger trigger, TypedData input, IReadOnlyDictionary<string, TypedData>? metadata = null)
    {
        var request = new InvocationRequest { InvocationId = NewId(), TraceContext = new() { TraceParent = NewTraceParent() } };
        request.InputData.Add(trigger.Inputs(input, durableTask));
        foreach (var (name, value) in metadata ?? new Dictionary<string, TypedData>())
        {
            request.TriggerMetadata.Add(name, value);
        }

        return request;
    }

    /// <exception cref="InvocationFailedException">It failed.</exception>
    public async Task<TypedData?> InvokeAsync(Worker worker, Trigger trigger, InvocationRequest request)
    {
        _running[request.InvocationId] = trigger.Function;
        try
        {
            return await worker.InvokeAsync(trigger.Function, request);
        }
        catch (InvocationFailedException failure)
        {
            _failures.Enqueue(new(trigger.Function, request.InvocationId, failure.Message));
            throw;
        }
        finally
        {
            _running.TryRemove(request.InvocationId, out _);
        }
    }

    private static string NewId() => Guid.NewGuid().ToString();

    private static string NewTraceParent() => $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-00";
}
