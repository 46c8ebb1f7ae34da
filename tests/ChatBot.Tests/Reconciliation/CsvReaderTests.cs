using System.Text;
using ChatBot.Functions.Reconciliation;
using Xunit;

namespace ChatBot.Tests.Reconciliation;

public sealed class CsvReaderTests
{
    [Theory]
    [InlineData("a,b\n1,2\n", "1:a|b", "2:1|2")]
    [InlineData("a,b\r\n1,2", "1:a|b", "2:1|2")]
    [InlineData("\uFEFFa,b\n\n\r\n1,2\n\n", "1:a|b", "4:1|2")]
    [InlineData("a,,\n,,", "1:a||", "2:||")]
    [InlineData("\uFEFF\uFEFF\"a\"\n\uFEFF\"b\"\n\uFEFF\n\uFEFFc\uFEFF\n\uFEFF", "1:a", "2:b", "4:c\uFEFF")]
    [InlineData("\"a\",\"\"\n", "1:a|")]
    [InlineData("\"a, \"\"b\"\"\",\"x\r\ny\"\nc,d", "1:a, \"b\"|x\r\ny", "3:c|d")]
    [InlineData("ä,€,😀\n", "1:ä|€|😀")]
    [InlineData("")]
    [InlineData("\n\r\n")]
    public async Task Records_are_read_with_the_line_that_they_begin_at(string csv, params string[] expected)
    {
        foreach (var bytesAtOnce in (int[])[1, 3, int.MaxValue])
        {
            Assert.Equal(expected, await Read(new Dripping(Encoding.UTF8.GetBytes(csv), bytesAtOnce)));
        }
    }

    [Theory]
    [InlineData("a,b\n1,\"2\n3", "In the record at line 2 a quote is not closed.")]
    [InlineData("a,b\n1,2\"\n", "In the record at line 2 a quote stands within a field.")]
    [InlineData("a,b\n1,\"2\"3\n", "In the record at line 2 text follows a closing quote.")]
    public async Task What_is_no_csv_is_refused_with_its_line(string csv, string why)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(csv));

        Assert.Equal(why, (await Assert.ThrowsAsync<InvalidDataException>(() => Read(stream))).Message);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused()
    {
        using var stream = new MemoryStream([(byte)'a', (byte)'\n', 0xC3, 0x28, (byte)'\n']);

        await Assert.ThrowsAsync<InvalidDataException>(() => Read(stream));
    }

    [Fact]
    public async Task A_record_without_end_is_refused_before_it_is_all_in_memory()
    {
        using var stream = new Endless();

        await Assert.ThrowsAsync<InvalidDataException>(() => Read(stream));
        Assert.InRange(stream.Given, 1, 2_000_000);
    }

    [Fact]
    public async Task Fields_longer_than_the_buffer_are_read_whole()
    {
        var field = string.Concat(Enumerable.Range(0, 20_000).Select(n => $"{n},"));
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes($"\"{field}\",b\n"));

        Assert.Equal([$"1:{field}|b"], await Read(stream));
    }

    private static async Task<List<string>> Read(Stream stream)
    {
        List<string> records = [];
        using var reader = new CsvReader(stream);
        while (await reader.Read(TestContext.Current.CancellationToken) is { } record)
        {
            records.Add($"{reader.Line}:{string.Join('|', record)}");
        }

        return records;
    }

    /// <summary>Gives a few bytes at a time, as a slow client does.</summary>
    private sealed class Dripping(byte[] bytes, int atOnce) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, atOnce)], cancellationToken);
    }

    private sealed class Endless : MemoryStream
    {
        public long Given { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            buffer.Span.Fill((byte)'x');
            Given += buffer.Length;
            return ValueTask.FromResult(buffer.Length);
        }
    }
}
