namespace ChatBot.Chaos.Clients;

/// <summary>A chat as its clients know it.</summary>
public sealed class ChaosChat(Guid id, string name)
{
    // Prompts grow with every turn, and each is counted token by token.
    private const int MostTurns = 10;

    private readonly Lock _gate = new();
    private readonly List<Turn> _turns = [];

    public Guid Id => id;

    /// <summary>As it stands in paths.</summary>
    public string Name => name;

    public bool IsDeleted { get; set; }

    public bool IsDone => IsDeleted || _turns.Count >= MostTurns;

    public void Add(Turn turn)
    {
        lock (_gate)
        {
            _turns.Add(turn);
        }
    }

    public void Remove(Turn turn)
    {
        lock (_gate)
        {
            _turns.Remove(turn);
        }
    }

    public Turn? AnyTurn(Random random)
    {
        lock (_gate)
        {
            return _turns.Count == 0 ? null : random.Among(_turns);
        }
    }
}

/// <summary>A message that a client wrote.</summary>
/// <param name="MessageId">As the client names it; null where it left that to the server.</param>
public sealed record Turn(string Marker, string? MessageId)
{
    /// <summary>The last answer to it that was shown.</summary>
    public Guid? AnswerId { get; set; }
}
