using ChatBot.Chaos.Checking;

namespace ChatBot.Year.Checking;

/// <summary>Holds the books of a year against each other and against what the model truly sent: one finding per claim.</summary>
public static class YearChecker
{
    public static IReadOnlyList<Finding> Check(YearEvidence evidence) =>
    [
        AllClosed.Check(evidence),
        StatementSums.Check(evidence),
        TotalsOfTheLedger.Check(evidence),
        JournalOfTheModel.Check(evidence),
        Costs.Check(evidence),
        PeriodsInOrder.Check(evidence),
        LateResults.Check(evidence),
        FrozenStatements.Check(evidence),
        Warnings.Check(evidence),
    ];
}
