namespace ChatBot.Local;

/// <summary>The calls in order of arrival, the newest hundred thousand of them.</summary>
internal sealed class CallJournal(TimeProvider time)
{
    private const int Capacity = 100_000;

    private readonly Lock _gate = new();
    private readonly Queue<RunningCall> _calls = new();
    private int _arrived;

    public RunningCall Add(Func<int, ModelCall> describe)
    {
        lock (_gate)
        {
            var call = new RunningCall(describe(++_arrived), time);
            _calls.Enqueue(call);
            if (_calls.Count > Capacity)
            {
                _calls.Dequeue();
            }

            return call;
        }
    }

    /// <summary>The calls after the n-th.</summary>
    public IReadOnlyList<ModelCall> Since(int n)
    {
        RunningCall[] kept;
        lock (_gate)
        {
            kept = [.. _calls.Skip(Math.Max(0, n - (_arrived - _calls.Count)))];
        }

        return [.. kept.Select(call => call.Snapshot())];
    }
}
