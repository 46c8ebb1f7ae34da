namespace ChatBot.Chaos.Journals;

/// <summary>Something that was broken on purpose, and for how long.</summary>
/// <param name="Slot">Which process of the program; null for the others' faults.</param>
public sealed record Fault(FaultKind Kind, int? Slot, DateTimeOffset From)
{
    /// <summary>The end of time while it lasts.</summary>
    public DateTimeOffset Until { get; set; } = DateTimeOffset.MaxValue;

    public bool Overlaps(DateTimeOffset from, DateTimeOffset until) => From <= until && Until >= from;
}

public enum FaultKind
{
    Kill,
    Suspend,
    Terminate,
    Database,
    Queues,
}
