using ChatBot.Chaos.Journals;
using ChatBot.Local;

namespace ChatBot.Chaos.Checking;

/// <summary>All that is known after a run, from every side.</summary>
public sealed record Evidence
{
    public required Books Books { get; init; }

    /// <summary>What the model was asked and truly sent.</summary>
    public required IReadOnlyList<ModelCall> Calls { get; init; }

    public required IReadOnlyCollection<SendRecord> Sends { get; init; }

    public required IReadOnlyCollection<Reading> Readings { get; init; }

    public required IReadOnlyCollection<Deletion> Deletions { get; init; }

    /// <summary>Messages that a client has read, by marker, with their chats.</summary>
    public required IReadOnlyDictionary<string, Guid> Seen { get; init; }

    /// <summary>Whose each chat is, as its clients know it.</summary>
    public required IReadOnlyDictionary<Guid, Guid> Owners { get; init; }

    public required IReadOnlyCollection<string> Oddities { get; init; }

    public required FaultJournal Faults { get; init; }

    public required Samples Samples { get; init; }

    public required IReadOnlyList<Probe> Probes { get; init; }

    /// <summary>Messages in the poison queues.</summary>
    public required int Poison { get; init; }
}

/// <summary>A send after everything was quiet again, whose outcome could be computed.</summary>
public sealed record Probe(Guid UserId, bool Fits, int Status, string? Code);
