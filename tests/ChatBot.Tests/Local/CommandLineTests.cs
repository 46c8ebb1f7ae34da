using ChatBot.Local;
using Xunit;

namespace ChatBot.Tests.Local;

public sealed class CommandLineTests
{
    [Fact]
    public void Options_take_their_values_from_the_next_word_or_after_an_equals_sign()
    {
        var command = RunCommand.Parse(new(["--port", "8080", "--instances=3", "--fresh", "--cost-cap", "0.5", "--token-cap=9000000000"]));

        Assert.Equal((8080, 3, true, 0.5m, 9_000_000_000L), (command.Port, command.Instances, command.Fresh, command.CostCap, command.TokenCap));
    }

    [Theory]
    [InlineData("--prot 8080", "Unknown option --prot")]
    [InlineData("7071", "Unknown option 7071")]
    [InlineData("--port", "--port needs a value")]
    [InlineData("--port many", "--port needs a number from 1 to 65535, not 'many'")]
    [InlineData("--instances 0", "--instances needs a number from 1 to 64")]
    [InlineData("--fresh=yes", "--fresh takes no value")]
    public void What_makes_no_sense_is_said(string line, string expected)
    {
        var failure = Assert.Throws<CommandLineException>(() => RunCommand.Parse(new(line.Split(' '))));

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "--user")]
    [InlineData("--user bob", "Nobody here is 'bob'")]
    [InlineData("--user ada --app-metadata [1]", "needs a JSON object")]
    [InlineData("--user ada --expires-in soon", "needs a duration")]
    public void A_token_for_nobody_in_particular_is_not_minted(string line, string expected)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        Assert.Contains(expected, Assert.Throws<CommandLineException>(() => TokenCommand.Parse(new(words)).Run()).Message, StringComparison.Ordinal);
    }
}
