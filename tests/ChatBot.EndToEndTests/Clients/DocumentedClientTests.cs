using ChatBot.Local;
using Xunit;

namespace ChatBot.EndToEndTests.Clients;

public sealed class DocumentedClientTests
{
    [Fact]
    public void The_documented_code_is_the_code_that_the_tested_clients_run()
    {
        var code = File.ReadAllText(Path.Combine(ClientScripts.Folder, "connect.mjs"));

        Assert.Contains($"```js\n{code}```\n", File.ReadAllText(RepositoryRoot.Combine("docs", "clients.md")), StringComparison.Ordinal);
    }
}
