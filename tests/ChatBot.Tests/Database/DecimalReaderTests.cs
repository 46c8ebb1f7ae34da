using System.Globalization;
using ChatBot.Functions.Database;
using ChatBot.Tests.Stack;
using CsCheck;
using Xunit;

namespace ChatBot.Tests.Database;

public sealed class DecimalReaderTests(TestStack stack)
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0.000000000000000001", "-0.000000000000000001")]
    [InlineData("79228162514264337593543950335", "79228162514264337593543950335")]
    [InlineData("0.00000000000000000000000000001", "0")]
    [InlineData("1234567890123.000000000000000001", "1234567890123.0000000000000000")]
    [InlineData("-99999999999999999999.9999999999", "-100000000000000000000.000000000")]
    [InlineData("0.5000000000000000000000000000500001", "0.5000000000000000000000000001")]
    [InlineData("1e28", "10000000000000000000000000000")]
    public async Task A_number_is_read_exactly_where_a_decimal_holds_it_else_rounded(string number, string expected) =>
        Assert.Equal(decimal.Parse(expected, CultureInfo.InvariantCulture), await Read(number));

    [Theory]
    [InlineData("1e40")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    public async Task What_no_decimal_is_near_to_is_refused(string number) =>
        Assert.True(await Record.ExceptionAsync(() => Read(number)) is OverflowException or InvalidCastException);

    [Fact]
    public Task Any_number_is_read_as_parsing_its_text_reads_it() =>
        Gen.Select(Gen.Char["0123456789"].Array[1, 27], Gen.Char["0123456789"].Array[0, 60], Gen.Bool).SampleAsync(
            async parts =>
            {
                var text = $"{(parts.Item3 ? "-" : "")}{new string(parts.Item1)}.{new string(parts.Item2)}0";
                Assert.Equal(decimal.Parse(text, CultureInfo.InvariantCulture), await Read(text));
            },
            iter: 500,
            threads: 1);

    private async Task<decimal> Read(string number)
    {
        await using var command = stack.Database.CreateCommand("select $1::text::numeric, null::numeric");
        command.Parameters.Add(new() { Value = number });
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        await reader.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Null(reader.DecimalOrNull(1));
        return reader.Decimal(0);
    }
}
