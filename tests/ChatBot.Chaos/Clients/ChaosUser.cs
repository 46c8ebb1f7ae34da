namespace ChatBot.Chaos.Clients;

/// <summary>Somebody who chats, at one or two places at once.</summary>
public sealed class ChaosUser(Guid id, string token, bool isCapped)
{
    private const int MostChats = 4;

    private readonly Lock _gate = new();
    private readonly List<ChaosChat> _chats = [];

    public Guid Id => id;

    public string Token => token;

    public bool IsCapped => isCapped;

    /// <summary>A word that stands in all that the user writes and in much of what is answered, and in nothing of anyone else's.</summary>
    public string Marker { get; } = $"u{id:N}";

    /// <summary>How often in a row a cap refused a send.</summary>
    public int Refusals { get; set; }

    /// <summary>One of the user's chats; null where there is room for another.</summary>
    public ChaosChat? Chat(Random random)
    {
        lock (_gate)
        {
            _chats.RemoveAll(chat => chat.IsDone);
            return _chats.Count < MostChats && (_chats.Count == 0 || random.Chance(0.2)) ? null : random.Among(_chats);
        }
    }

    public void Add(ChaosChat chat)
    {
        lock (_gate)
        {
            _chats.Add(chat);
        }
    }
}
