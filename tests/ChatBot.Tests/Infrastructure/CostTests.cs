using ChatBot.Local;
using Xunit;

namespace ChatBot.Tests.Infrastructure;

public sealed class CostTests
{
    [Fact]
    public void The_table_of_costs_in_the_docs_is_what_the_script_reckons()
    {
        var table = CommandOutput.Run("node", RepositoryRoot.Combine("bench", "azure-cost.mjs"));

        Assert.StartsWith("| instance |", table, StringComparison.Ordinal);
        Assert.Contains(table, File.ReadAllText(RepositoryRoot.Combine("docs", "operations.md")), StringComparison.Ordinal);
    }
}
