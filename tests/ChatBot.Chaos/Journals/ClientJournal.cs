using System.Collections.Concurrent;

namespace ChatBot.Chaos.Journals;

/// <summary>What all clients did and were shown: the side of the truth that only they know.</summary>
public sealed class ClientJournal
{
    private readonly ConcurrentQueue<Reading> _readings = new();
    private readonly ConcurrentQueue<SendRecord> _sends = new();
    private readonly ConcurrentQueue<Deletion> _deletions = new();
    private readonly ConcurrentQueue<string> _oddities = new();
    private readonly ConcurrentDictionary<Guid, Guid> _owners = new();
    private readonly ConcurrentDictionary<string, Guid> _seen = new();
    private readonly ConcurrentDictionary<string, int> _answers = new();

    public IReadOnlyCollection<Reading> Readings => _readings;

    public IReadOnlyCollection<SendRecord> Sends => _sends;

    public IReadOnlyCollection<Deletion> Deletions => _deletions;

    /// <summary>Answers that no documentation announces, and breaches of the protocol.</summary>
    public IReadOnlyCollection<string> Oddities => _oddities;

    /// <summary>Whose each chat is.</summary>
    public IReadOnlyDictionary<Guid, Guid> Owners => _owners;

    /// <summary>The chats of messages that a client has read, by marker.</summary>
    public IReadOnlyDictionary<string, Guid> Seen => _seen;

    /// <summary>How often each status and code came.</summary>
    public IReadOnlyDictionary<string, int> Answers => _answers;

    public void Add(Reading reading) => _readings.Enqueue(reading);

    public void Add(SendRecord send) => _sends.Enqueue(send);

    public void Add(Deletion deletion) => _deletions.Enqueue(deletion);

    public void AddChat(Guid chatId, Guid userId) => _owners[chatId] = userId;

    public void AddSeen(string marker, Guid chatId) => _seen[marker] = chatId;

    public void AddOddity(string what) => _oddities.Enqueue($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {what}");

    public void Count(string answer) => _answers.AddOrUpdate(answer, 1, (_, count) => count + 1);
}
