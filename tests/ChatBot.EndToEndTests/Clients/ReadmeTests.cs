using ChatBot.Local;
using Xunit;

namespace ChatBot.EndToEndTests.Clients;

public sealed class ReadmeTests
{
    [Fact]
    public void The_code_that_it_shows_is_the_code_that_the_clients_run()
    {
        var code = File.ReadAllText(Path.Combine(ClientScripts.Folder, "connect.mjs"));

        Assert.Contains($"```js\n{code}```\n", File.ReadAllText(RepositoryRoot.Combine("README.md")), StringComparison.Ordinal);
    }
}
