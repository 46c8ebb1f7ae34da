using ChatBot.Chaos.Checking;
using Xunit;

namespace ChatBot.EndToEndTests.Year;

/// <summary>The books of a few months agree to the last unit, and the checker finds each thing that does not, under its own name.</summary>
public sealed class ShortYearTests(ShortYear year) : IClassFixture<ShortYear>
{
    public static TheoryData<string, string> FalsifiedBooks => new()
    {
        { nameof(FalsifiedYears.PeriodReopened), "1" },
        { nameof(FalsifiedYears.StatementRaised), "2 8" },
        { nameof(FalsifiedYears.StatementLost), "2 8" },
        { nameof(FalsifiedYears.DayRaised), "3" },
        { nameof(FalsifiedYears.PeriodRaised), "3" },
        { nameof(FalsifiedYears.DeploymentRaised), "3" },
        { nameof(FalsifiedYears.OutputLowered), "4" },
        { nameof(FalsifiedYears.CostRaised), "5" },
        { nameof(FalsifiedYears.RateRaised), "5" },
        { nameof(FalsifiedYears.PeriodOverlapping), "6 8" },
        { nameof(FalsifiedYears.DayMoved), "6" },
        { nameof(FalsifiedYears.AdjustmentsForgotten), "2 7 8" },
        { nameof(FalsifiedYears.HashChanged), "8" },
        { nameof(FalsifiedYears.WarningLost), "9" },
        { nameof(FalsifiedYears.WarningTooMuch), "9" },
        { nameof(FalsifiedYears.WarningRepeated), "9" },
        { nameof(FalsifiedYears.ReachedTooMuch), "9" },
        { nameof(FalsifiedYears.DayUntold), "9" },
        { nameof(FalsifiedYears.RefusalUntold), "9" },
    };

    [Fact]
    public async Task Statements_ledger_totals_and_the_models_journal_agree_to_the_last_unit()
    {
        var findings = await year.Check(falsify: evidence =>
        {
            Assert.True(evidence.Books.Ledger.Count > 150);
            Assert.True(evidence.Books.Statements.Count > 80);
            Assert.Contains(evidence.Books.Alerts, a => a.Kind == "cap_reached");
            Assert.Contains(evidence.Books.Alerts, a => a.Cap == "daily_tokens");
            Assert.NotEmpty(evidence.Books.Refusals);
            Assert.NotEmpty(evidence.Books.Deployment);
            Assert.True(evidence.LateAnswers > 0);
            Assert.Contains(evidence.Books.Ledger, e => e.Payer == "own_key");
            Assert.Contains(evidence.Books.Ledger, e => e.Quality == "estimated");
            return evidence;
        });

        Assert.All(findings, finding => Assert.True(finding.Holds, finding.ToString()));
    }

    [Theory]
    [MemberData(nameof(FalsifiedBooks))]
    public async Task Falsified_books_break_exactly_the_lines_that_name_it(string falsification, string lines)
    {
        var sql = (string)typeof(FalsifiedYears).GetField(falsification)!.GetRawConstantValue()!;

        AssertBroken(await year.Check(sql), lines);
    }

    [Fact]
    public async Task A_call_without_a_ledger_row_is_found() => AssertBroken(
        await year.Check(falsify: e => e with { Calls = [.. e.Calls, e.Calls[0] with { RequestId = Guid.NewGuid(), Status = 200 }] }), "4");

    [Fact]
    public async Task A_ledger_row_without_a_call_is_found() => AssertBroken(
        await year.Check(falsify: e => e with { Calls = [.. e.Calls.Where(c => c != e.Calls.First(IsReported))] }), "4");

    [Fact]
    public async Task A_late_result_that_left_no_trace_is_found() => AssertBroken(await year.Check(falsify: e => e with { LateAnswers = e.LateAnswers + 100 }), "7");

    [Fact]
    public async Task An_answer_that_nothing_announces_is_found() => AssertBroken(await year.Check(falsify: e => e with { Unexpected = ["500"] }), "1");

    private static bool IsReported(Local.ModelCall call) => call is { UsageSent: true, Outcome: Local.CallOutcome.Completed, SentTokens: > 0 };

    private static void AssertBroken(IReadOnlyList<Finding> findings, string lines)
    {
        var broken = findings.Where(f => !f.Holds).ToList();
        Assert.True(string.Join(' ', broken.Select(f => f.Name)) == lines, $"Expected {lines} to break, got:\n{string.Join('\n', broken)}");
    }
}
