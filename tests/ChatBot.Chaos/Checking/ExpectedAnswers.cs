namespace ChatBot.Chaos.Checking;

internal static class ExpectedAnswers
{
    public static Finding Check(Facts facts) => new(
        "0", "no answer that nothing announces, no breach of the protocol", $"{facts.Evidence.Readings.Count} streams read", [.. facts.Evidence.Oddities]);
}
