using ChatBot.Chaos.Checking;
using ChatBot.Chaos.Journals;
using ChatBot.Local;
using Xunit;

namespace ChatBot.Tests.Chaos;

/// <summary>The checker is content with books that are right, and finds each thing that is not, under its own name.</summary>
public sealed class CheckerTests(CalmRun run) : IClassFixture<CalmRun>
{
    public static TheoryData<string, string> FalsifiedBooks => new()
    {
        { nameof(Falsifications.MessageDropped), "1a" },
        { nameof(Falsifications.MessageChanged), "1a" },
        { nameof(Falsifications.AnswerStreaming), "1b" },
        { nameof(Falsifications.AnswersTruncated), "1c" },
        { nameof(Falsifications.AnswersHolesInTheMiddle), "1c" },
        { nameof(Falsifications.MessageDoubled), "2" },
        { nameof(Falsifications.OutputRaised), "3b" },
        { nameof(Falsifications.LedgerRowDoubled), "3d" },
        { nameof(Falsifications.ReceiptLowered), "3e" },
        { nameof(Falsifications.CapOvershot), "4a" },
        { nameof(Falsifications.TotalRaised), "5" },
        { nameof(Falsifications.DayRaised), "5" },
        { nameof(Falsifications.ReservationLeft), "5" },
        { nameof(Falsifications.OwnerSwapped), "7" },
        { nameof(Falsifications.ValidDeadLetter), "8" },
        { nameof(Falsifications.PromptOutOfOrder), "9" },
        { nameof(Falsifications.IndexDropped), "9" },
    };

    [Fact]
    public async Task A_calm_run_is_found_right_and_was_looked_at()
    {
        var findings = await run.CheckAsync(falsify: evidence =>
        {
            Assert.True(evidence.Books.Completions.Count >= 12);
            Assert.True(evidence.Readings.Count > 10);
            Assert.True(evidence.Calls.Count >= 12);
            Assert.True(evidence.Samples.Count > 10);
            Assert.Equal(2, evidence.Probes.Count);
            return evidence;
        });

        Assert.All(findings, finding => Assert.True(finding.Holds, finding.ToString()));
        Assert.Equal(17, findings.Select(f => f.Name).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(FalsifiedBooks))]
    public async Task Falsified_books_break_exactly_the_line_that_names_it(string falsification, string line)
    {
        var sql = (string)typeof(Falsifications).GetField(falsification)!.GetRawConstantValue()!;

        AssertBroken(await run.CheckAsync(sql), line);
    }

    [Fact]
    public async Task A_call_without_a_ledger_row_is_found() => AssertBroken(
        await run.CheckAsync(falsify: e => e with { Calls = [.. e.Calls, e.Calls[0] with { RequestId = Guid.NewGuid() }] }), "3a");

    // What was seen of the user's use while the run went on is more than there is now.
    [Fact]
    public async Task A_ledger_row_that_is_gone_is_found_and_so_is_the_refund() => AssertBroken(await run.CheckAsync(Falsifications.LedgerRowLost), "3a", "6");

    // It was shown as finished, too.
    [Fact]
    public async Task A_completion_that_never_ended_is_found() => Assert.Contains(await run.CheckAsync(Falsifications.CompletionLive), f => f is { Name: "1b", Holds: false });

    [Fact]
    public async Task A_call_made_twice_is_found() => AssertBroken(await run.CheckAsync(falsify: e => e with { Calls = [.. e.Calls, Reported(e)] }), "2");

    [Fact]
    public async Task Two_answers_given_to_one_message_are_found() => AssertBroken(
        await run.CheckAsync(falsify: e =>
        {
            var shown = e.Sends.First(s => s.CompletionId is { } id && e.Books.Completions.Any(c => c.Id == id && c.State != "failed"));
            var other = e.Books.Completions.First(c => c.State != "failed" && c.Id != shown.CompletionId);
            return e with { Sends = [.. e.Sends, shown with { CompletionId = other.Id }] };
        }),
        "2");

    [Fact]
    public async Task An_estimate_that_is_far_off_is_found() => AssertBroken(
        await run.CheckAsync(Falsifications.OutputRaised, e => e with { Calls = [.. e.Calls.Select(c => c with { UsageSent = false })] }), "3c");

    [Fact]
    public async Task An_estimate_that_is_near_is_none() => AssertBroken(
        await run.CheckAsync(falsify: e => e with { Calls = [.. e.Calls.Select(c => c with { UsageSent = false })] }));

    [Fact]
    public async Task A_refusal_of_what_fits_is_found() => AssertBroken(
        await run.CheckAsync(falsify: e => e with { Probes = [.. e.Probes.Select(p => p.Fits ? p with { Status = 429, Code = "usage_cap_exceeded" } : p)] }), "4b");

    [Fact]
    public async Task A_refund_is_found() => AssertBroken(
        await run.CheckAsync(falsify: e => e with { Samples = e.Samples with { Sums = e.Samples.Sums.ToDictionary(s => s.Key, s => s.Value + 1) } }), "6");

    [Fact]
    public async Task An_overshoot_that_was_seen_in_passing_is_found() => AssertBroken(
        await run.CheckAsync(falsify: e => e with { Samples = e.Samples with { Overshoots = ["user"] } }), "4a");

    [Fact]
    public async Task A_poison_queue_that_is_not_empty_is_found() => AssertBroken(await run.CheckAsync(falsify: e => e with { Poison = 1 }), "8");

    [Fact]
    public async Task An_answer_that_nothing_announces_is_found() => AssertBroken(await run.CheckAsync(falsify: e => e with { Oddities = ["500"] }), "0");

    [Fact]
    public async Task Text_shown_to_another_user_is_found() => AssertBroken(
        await run.CheckAsync(falsify: e =>
        {
            var shown = e.Readings.First();
            return e with { Readings = [.. e.Readings, shown with { UserId = Guid.NewGuid(), Text = "", End = ReadingEnd.Broken }] };
        }),
        "7");

    private static ModelCall Reported(Evidence evidence) => evidence.Calls.First(call => call is { UsageSent: true, RequestId: not null, SentTokens: > 0 });

    private static void AssertBroken(IReadOnlyList<Finding> findings, params string[] lines)
    {
        var broken = findings.Where(f => !f.Holds).ToList();
        Assert.True(broken.Select(f => f.Name).SequenceEqual(lines), $"Expected {string.Join(", ", lines)} to break, got:\n{string.Join('\n', broken)}");
    }
}
