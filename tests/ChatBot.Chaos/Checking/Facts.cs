using ChatBot.Chaos.Journals;
using ChatBot.Local;

namespace ChatBot.Chaos.Checking;

/// <summary>The evidence, with its sides put together.</summary>
public sealed class Facts(Evidence evidence)
{
    public Evidence Evidence => evidence;

    public Books Books => evidence.Books;

    /// <summary>The calls of each completion, in order.</summary>
    public ILookup<Guid, ModelCall> CallsByCompletion => field ??= CallMatch.ByCompletion(this);

    /// <summary>Users' messages. There should be one of each.</summary>
    public ILookup<string, MessageRow> MessagesByMarker => field ??= Books.Messages
        .Where(m => m.Role == "user" && Markers.OfMessage(m.Content) is not null)
        .ToLookup(m => Markers.OfMessage(m.Content)!);

    public IReadOnlyDictionary<Guid, MessageRow> MessagesById => field ??= Books.Messages.ToDictionary(m => m.Id);

    public IReadOnlyDictionary<Guid, CompletionRow> CompletionsById => field ??= Books.Completions.ToDictionary(c => c.Id);

    private HashSet<Guid> DeletedChats => field ??= [.. evidence.Deletions.Where(d => d.Marker is null && d.AnswerId is null).Select(d => d.ChatId)];

    private HashSet<Guid> DeletedAnswers => field ??= [.. evidence.Deletions.Where(d => d.AnswerId is not null).Select(d => d.AnswerId!.Value)];

    private HashSet<string> DeletedMarkers => field ??= [.. evidence.Deletions.Where(d => d.Marker is not null).Select(d => d.Marker!)];

    private HashSet<Guid> TouchedChats => field ??= [.. evidence.Deletions.Select(d => d.ChatId)];

    /// <summary>Whether a client deleted it, or tried to.</summary>
    public bool MayBeDeleted(string marker, Guid chatId) => DeletedMarkers.Contains(marker) || DeletedChats.Contains(chatId);

    public bool MayBeDeleted(CompletionRow completion) => DeletedAnswers.Contains(completion.Id) || DeletedChats.Contains(completion.ChatId);

    /// <summary>Whether anything in the chat was deleted.</summary>
    public bool HasGaps(Guid chatId) => TouchedChats.Contains(chatId);

    /// <summary>The answer's message, while it is there.</summary>
    public MessageRow? Stored(CompletionRow completion) => MessagesById.GetValueOrDefault(completion.Id);
}
