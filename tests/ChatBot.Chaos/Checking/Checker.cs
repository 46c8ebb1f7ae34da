namespace ChatBot.Chaos.Checking;

/// <summary>Holds what the database says against what the model and the clients saw: one finding per invariant.</summary>
public static class Checker
{
    public static IReadOnlyList<Finding> Check(Evidence evidence)
    {
        var facts = new Facts(evidence);
        return
        [
            ExpectedAnswers.Check(facts),
            StoredMessages.Check(facts),
            EndedAnswers.Check(facts),
            ShownText.Check(facts),
            NothingDoubled.Check(facts),
            MeteredCalls.Check(facts),
            ReportedUsage.Check(facts),
            EstimatedUsage.Check(facts),
            UncalledRows.Check(facts),
            ToldUsage.Check(facts),
            Caps.Check(facts),
            Refusals.Check(facts),
            Totals.Check(facts),
            NothingRefunded.Check(facts),
            Ownership.Check(facts),
            DeadLetters.Check(facts),
            History.Check(facts),
        ];
    }
}
