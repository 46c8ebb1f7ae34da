using System.Collections.Concurrent;

namespace ChatBot.Functions.Completions;

/// <summary>The completions that this process is writing.</summary>
public sealed class LiveCompletions
{
    private readonly ConcurrentDictionary<Guid, LiveCompletion> _live = new();

    private volatile CompletionOutcome? _ended;

    public int Count => _live.Count;

    public IEnumerable<LiveCompletion> All => _live.Values;

    public void Add(LiveCompletion live)
    {
        _live[live.Id] = live;
        if (_ended is { } reason)
        {
            live.Stop(reason);
        }
    }

    /// <summary>All of them, and those that are still to come.</summary>
    public void StopAll(CompletionOutcome reason)
    {
        _ended = reason;
        foreach (var live in All)
        {
            live.Stop(reason);
        }
    }

    public void Remove(LiveCompletion live) => _live.TryRemove(live.Id, out _);

    public LiveCompletion? Find(Guid id) => _live.GetValueOrDefault(id);
}
