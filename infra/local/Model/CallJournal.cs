namespace ChatBot.Local;

/// <summary>The calls in order of arrival, the newest hundred thousand of them.</summary>
internal sealed class CallJournal(TimeProvider time)
{
    private const int Capacity = 100_000;

    private readonly Lock gate = new();
    private readonly Queue<RunningCall> calls = new();
    private int arrived;

    public RunningCall Add(Func<int, ModelCall> describe)
    {
        lock (gate)
        {
            var call = new RunningCall(describe(++arrived), time);
            calls.Enqueue(call);
            if (calls.Count > Capacity)
                calls.Dequeue();
            return call;
        }
    }

    /// <summary>The calls after the n-th.</summary>
    public IReadOnlyList<ModelCall> Since(int n)
    {
        RunningCall[] kept;
        lock (gate)
            kept = [.. calls.Skip(Math.Max(0, n - (arrived - calls.Count)))];
        return [.. kept.Select(call => call.Snapshot())];
    }
}
