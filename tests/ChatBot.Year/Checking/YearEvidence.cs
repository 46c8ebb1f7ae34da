using ChatBot.Local;
using ChatBot.Year.Accounts;

namespace ChatBot.Year.Checking;

/// <summary>All that is known after a year, from every side.</summary>
public sealed record YearEvidence
{
    public required YearBooks Books { get; init; }

    /// <summary>What the model was asked and truly sent.</summary>
    public required IReadOnlyList<ModelCall> Calls { get; init; }

    public required LimitsJournal Limits { get; init; }

    /// <summary>How many whole results came when their period was closed.</summary>
    public required int LateAnswers { get; init; }

    /// <summary>Answers of the program that nothing announces.</summary>
    public required IReadOnlyList<string> Unexpected { get; init; }
}
