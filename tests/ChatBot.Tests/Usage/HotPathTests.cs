using Xunit;

namespace ChatBot.Tests.Usage;

/// <summary>What sends, readers, reports and the timer ask of the database is found by an index, however much there is.</summary>
public sealed class HotPathTests(CrowdedDatabase crowd) : IClassFixture<CrowdedDatabase>
{
    [Fact]
    public async Task No_statement_reads_in_sequence_what_grows_nor_many_rows_for_few()
    {
        var runs = await crowd.Probe();

        Assert.True(runs.Count >= 20);
        Assert.Contains(runs, r => r.Statement.Name == "begin_completion" && r.Reads.ContainsKey("chatbot.completions"));
        Assert.All(runs, run => Assert.True(run.IsGood, run.ToString()));
    }

    [Theory]
    [InlineData("drop index chatbot.completions_live, chatbot.completions_live_by_lease, chatbot.completions_live_by_user", "sweep_completions")]
    public async Task A_statement_that_has_lost_its_index_is_found(string change, string name) =>
        Assert.Contains(await crowd.Probe(change), run => !run.IsGood && run.Statement.Name == name);
}
