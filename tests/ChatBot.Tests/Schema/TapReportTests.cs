using Xunit;

namespace ChatBot.Tests.Schema;

public sealed class TapReportTests
{
    [Fact]
    public void A_file_whose_planned_tests_all_ran_and_held_has_passed() =>
        Assert.True(TapReport.Parse(["1..2", "ok 1 - one", "", "ok 2 - two"]).Passed);

    [Theory]
    [InlineData("1..2", "ok 1 - one")]
    [InlineData("1..1", "ok 1 - one", "ok 2 - two")]
    [InlineData("1..1", "not ok 1 - one")]
    [InlineData("ok 1 - one")]
    [InlineData]
    public void A_file_with_fewer_or_more_tests_than_planned_a_failed_one_or_no_plan_has_not(params string[] lines) =>
        Assert.False(TapReport.Parse(lines).Passed);

    [Fact]
    public void A_failed_test_carries_its_comments_and_only_its_own()
    {
        var report = TapReport.Parse(["1..2", "not ok 1 - one", "# have: 0", "# want: 1", "ok 2 - two", "# a note"]);

        Assert.Equal(["not ok 1 - one\n# have: 0\n# want: 1"], report.Failures);
    }
}
