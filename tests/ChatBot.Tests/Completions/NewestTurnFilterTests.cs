using System.Text;
using System.Text.Json;
using ChatBot.Functions.Completions;
using CsCheck;
using Xunit;

namespace ChatBot.Tests.Completions;

public sealed class NewestTurnFilterTests
{
    private const int MiB = 1024 * 1024;

    private static readonly string[] s_pieces =
    [
        "{", "}", "[", "]", ",", ":", " ", "\n", "\"", "\"id\"", "\"messages\"", "\"model\":\"m\"", "\"x\":1", "\"a\\n\\u00e9\"", "\\", "\\u12", "1", "-0", "0.5e-3", "01", "1.", "true",
        "false", "null", "nul", "\"text\"", "{}", "[]", "{\"id\":\"c\",\"messages\":[", "]}", "{\"role\":\"user\"}", "é", "\0",
    ];

    [Fact]
    public void It_takes_what_the_frameworks_reader_takes() =>
        Gen.Int[0, s_pieces.Length - 1].Array[0, 20].Select(pieces => string.Concat(pieces.Select(n => s_pieces[n]))).Sample(
            text => Assert.True(IsTaken(text) == IsTakenByFramework(text), $"{text}: {IsTaken(text)}"),
            iter: 200_000);

    [Fact]
    public void What_it_keeps_does_not_depend_on_how_the_body_is_cut()
    {
        const string body =
            """{ "m\u0065ssages" : [ {"a":"\"\\"}, [1,2], 3.5 , {"id":"é😀","parts":[{"text":"x\u00e9"}]} ], "more":{"messages":[1]}, "id":"c" , "model":null}""";
        const string kept = """{"messages":[{"id":"é😀","parts":[{"text":"x\u00e9"}]}],"id":"c","model":null}""";

        Gen.Int[1, 9].Array[1, 20].Sample(lengths => Assert.Equal(kept, Kept(Encoding.UTF8.GetBytes(body), lengths)));
    }

    [Fact]
    public void A_long_body_takes_no_more_memory_than_a_short_one()
    {
        var filter = new NewestTurnFilter(MiB);
        var old = Encoding.UTF8.GetBytes($$"""{"text":"{{new string('x', 300_000)}}"},""");
        var spaces = Encoding.UTF8.GetBytes(new string(' ', 300_000));
        filter.Read("""{"id":"c","messages":["""u8);
        filter.Read(old);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var n = 0; n < 100; n++)
        {
            filter.Read(old);
            filter.Read(spaces);
        }

        filter.Read("\""u8);
        for (var n = 0; n < 100; n++)
        {
            filter.Read(spaces);
        }

        // What grows is one message, up to the limit, by doubling.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 5 * MiB);
    }

    private static string Kept(byte[] body, int[] lengths)
    {
        var filter = new NewestTurnFilter(MiB);
        var at = 0;
        for (var n = 0; at < body.Length; n++)
        {
            var length = Math.Min(lengths[n % lengths.Length], body.Length - at);
            filter.Read(body.AsSpan(at, length));
            at += length;
        }

        filter.End();
        return Encoding.UTF8.GetString(filter.Kept);
    }

    private static bool IsTaken(string text)
    {
        try
        {
            Kept(Encoding.UTF8.GetBytes(text), [5]);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsTakenByFramework(string text)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), new JsonReaderOptions { MaxDepth = 32 });
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject && ReadAll(ref reader);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool ReadAll(ref Utf8JsonReader reader)
    {
        while (reader.Read())
        {
        }

        return true;
    }
}
