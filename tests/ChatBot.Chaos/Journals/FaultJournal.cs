using System.Collections.Concurrent;

namespace ChatBot.Chaos.Journals;

public sealed class FaultJournal
{
    private readonly ConcurrentQueue<Fault> _faults = new();
    private readonly ConcurrentQueue<string> _garbage = new();

    public IReadOnlyCollection<Fault> All => _faults;

    /// <summary>Bodies put into the queues that no function can handle.</summary>
    public IReadOnlyCollection<string> Garbage => _garbage;

    public Fault Begin(FaultKind kind, int? slot = null)
    {
        var fault = new Fault(kind, slot, TimeProvider.System.GetUtcNow());
        _faults.Enqueue(fault);
        return fault;
    }

    public static void End(Fault fault) => fault.Until = TimeProvider.System.GetUtcNow();

    public void AddGarbage(string body) => _garbage.Enqueue(body);

    public int Count(FaultKind kind) => _faults.Count(f => f.Kind == kind);

    /// <summary>Whether a process was tampered with in this time.</summary>
    public bool WasDisturbed(int slot, DateTimeOffset from, DateTimeOffset until) =>
        _faults.Any(f => f.Slot == slot && f.Overlaps(from, until));

    /// <summary>How long the database was away in this time, or a process stood still.</summary>
    public TimeSpan Standstill(DateTimeOffset from, DateTimeOffset until) => _faults
        .Where(f => f.Kind is FaultKind.Database or FaultKind.Suspend && f.Overlaps(from, until))
        .Aggregate(TimeSpan.Zero, (sum, f) => sum + ((f.Until < until ? f.Until : until) - (f.From > from ? f.From : from)));
}
