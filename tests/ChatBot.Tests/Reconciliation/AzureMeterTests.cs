using System.Globalization;
using ChatBot.Functions.Reconciliation;
using Xunit;

namespace ChatBot.Tests.Reconciliation;

public sealed class AzureMeterTests
{
    [Theory]
    [InlineData("gpt-4o-0806-Inp-glbl Tokens", "gpt-4o-0806", true)]
    [InlineData("gpt-4o-0806-Outp-regnl Tokens", "gpt-4o-0806", false)]
    [InlineData("gpt-4o-mini-0718-cached-Inp-glbl Tokens", "gpt-4o-mini-0718", true)]
    [InlineData("gpt 4.1 Inp glbl Tokens", "gpt-4.1", true)]
    [InlineData("gpt 4.1 mini cached Inp DZone Tokens", "gpt-4.1-mini", true)]
    [InlineData("gpt 4o 0513 Output global Tokens", "gpt-4o-0513", false)]
    [InlineData("5.4 mini Opt Gl 1M Tokens", "5.4-mini", false)]
    [InlineData("5.4 mini cd Inp Gl 1M Tokens", "5.4-mini", true)]
    [InlineData("5.6 ShortCo Cd Wr Inp Std Gl 1M Tokens", "5.6", true)]
    [InlineData("o3-deep research 0626-inp-cchd-glbl 1M Tokens", "o3-deep-research-0626", true)]
    [InlineData("gpt-4o-mini-0718-Batch-Inp-glbl Tokens", "gpt-4o-mini-0718-Batch", true)]
    public void A_meters_name_tells_the_model_and_the_direction(string name, string model, bool isInput) =>
        Assert.Equal(new AzureMeter(model, isInput), AzureMeter.Read(name));

    [Theory]
    [InlineData("")]
    [InlineData("LRS Data Stored")]
    [InlineData("Data Transfer In")]
    [InlineData("text-embedding-3-large-glbl Tokens")]
    [InlineData("Inp glbl Tokens")]
    [InlineData("cached Inp glbl Tokens")]
    [InlineData("gpt-4o-0806-ft-hosting-glbl Hours")]
    public void What_counts_no_tokens_of_a_model_is_none(string name) => Assert.Null(AzureMeter.Read(name));

    [Theory]
    [InlineData("1K", "1000")]
    [InlineData("1k", "1000")]
    [InlineData("1M", "1000000")]
    [InlineData("1K Tokens", "1000")]
    [InlineData(" 1M tokens ", "1000000")]
    [InlineData("10K", "10000")]
    [InlineData("1,000", "1000")]
    [InlineData("1", "1")]
    [InlineData("", null)]
    [InlineData("K", null)]
    [InlineData("0", null)]
    [InlineData("-1K", null)]
    [InlineData("1 Hour", null)]
    [InlineData("1 GB", null)]
    [InlineData("Tokens", null)]
    public void A_unit_is_so_many_tokens(string unit, string? tokens) =>
        Assert.Equal(tokens is null ? null : decimal.Parse(tokens, CultureInfo.InvariantCulture), AzureMeter.TokensPerUnit(unit));
}
