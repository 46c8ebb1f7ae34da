namespace ChatBot.Chaos.Checking;

internal static class DeadLetters
{
    public static Finding Check(Facts facts)
    {
        var garbage = facts.Evidence.Faults.Garbage.ToHashSet();
        var wrong = facts.Books.DeadLetters.Where(l => !garbage.Contains(l.Body)).Select(l => $"dead letter {l.Id} of {l.Queue}: {l.Body}").ToList();
        if (facts.Evidence.Poison > 0)
        {
            wrong.Add($"{facts.Evidence.Poison} messages are in the poison queues");
        }

        return new("8", "only garbage is dead", $"{garbage.Count} pieces of garbage sent, {facts.Books.DeadLetters.Count} kept so far", wrong);
    }
}
