using ChatBot.Chaos.Journals;

namespace ChatBot.Chaos.Checking;

/// <summary>What was accepted is stored, as its client wrote it last.</summary>
internal static class StoredMessages
{
    public static Finding Check(Facts facts)
    {
        var sends = facts.Evidence.Sends.Where(s => s is { Marker: not null, Content: not null }).ToLookup(s => s.Marker!);
        var accepted = sends.Where(g => g.Any(s => s.Outcome == SendOutcome.Accepted)).Select(g => g.Key).Union(facts.Evidence.Seen.Keys).ToList();
        var deleted = 0;
        var wrong = new List<string>();
        foreach (var marker in accepted)
        {
            var writes = sends[marker].ToList();
            if (facts.MessagesByMarker[marker].FirstOrDefault() is { } row)
            {
                if (Mistake(facts, marker, row, writes) is { } mistake)
                {
                    wrong.Add($"message {row.Id} ({marker}): {mistake}");
                }
            }
            else if (writes.Count > 0 && facts.MayBeDeleted(marker, writes[0].ChatId))
            {
                deleted++;
            }
            else
            {
                wrong.Add($"{marker} in chat {writes.FirstOrDefault()?.ChatId} is lost");
            }
        }

        return new("1a", "no message lost", $"{accepted.Count} accepted, {deleted} deleted by their users", wrong);
    }

    private static string? Mistake(Facts facts, string marker, MessageRow row, List<SendRecord> writes)
    {
        if (writes.Any(w => w.ChatId != row.ChatId))
        {
            return $"is in chat {row.ChatId}, not in {writes[0].ChatId}";
        }

        if (writes.Any(w => w.MessageId is { } id && id != row.Id))
        {
            return "has another id than its client gave it";
        }

        // A repeat that arrives after a deletion stores the message anew, as it was when it was first sent.
        var possible = facts.MayBeDeleted(marker, row.ChatId) ? writes.Select(w => w.Content!) : Possible(writes);
        return possible.Contains(row.Content) ? null : "has other content than its client wrote last";
    }

    // An edit stands unless another was begun and accepted after it was over; what was written first, unless any was accepted.
    private static IEnumerable<string> Possible(List<SendRecord> writes)
    {
        var edits = writes.Where(w => w is { Kind: SendKind.Edit, Outcome: not SendOutcome.Refused }).ToList();
        var standing = edits.Where(e => !edits.Any(later =>
            later.Outcome == SendOutcome.Accepted && e.Outcome == SendOutcome.Accepted && later.StartedAt > e.EndedAt));
        var first = edits.Exists(e => e.Outcome == SendOutcome.Accepted) ? [] : writes.Where(w => w.Kind != SendKind.Edit);
        return standing.Concat(first).Select(w => w.Content!);
    }
}
