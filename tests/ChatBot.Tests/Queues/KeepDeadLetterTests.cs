using ChatBot.Functions.Database;
using ChatBot.Functions.Queues;
using ChatBot.Tests.Stack;
using CsCheck;
using Xunit;

namespace ChatBot.Tests.Queues;

public sealed class KeepDeadLetterTests(TestStack stack)
{
    private const int Most = 16 * 1024;

    [Theory]
    [InlineData(Most - 2)]
    [InlineData(Most - 1)]
    [InlineData(Most)]
    public async Task A_body_is_kept_wherever_its_cut_falls(int before) =>
        Assert.Equal(new string('x', before) + (before == Most - 2 ? "😀" : ""), await Keep(new string('x', before) + "😀😀"));

    [Fact]
    public async Task A_body_that_cannot_be_stored_is_kept_with_marks_for_what_cannot() =>
        Assert.Equal("a\uFFFDb\uFFFD\uFFFD😀\uFFFD", await Keep("a\0b\udc00\ud83d\ud83d\ude00\ud83d"));

    [Fact]
    public void Any_text_becomes_one_that_can_be_stored() =>
        Gen.Select(Gen.Char.Array[0, 40].Select(c => new string(c)), Gen.Int[0, 40]).Sample((text, most) =>
        {
            var kept = StorableText.Of(text, most);

            Assert.True(kept.Length <= most && kept.Length >= Math.Min(most, text.Length) - 1);
            Assert.DoesNotContain('\0', kept);
            Assert.DoesNotContain(kept.EnumerateRunes(), rune => rune.Value == 0xFFFD && !text.Contains('\uFFFD', StringComparison.Ordinal)
                && !text.Contains('\0', StringComparison.Ordinal) && !text.Any(char.IsSurrogate));
            Assert.Equal(kept, System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(kept)));
        });

    private async Task<string> Keep(string body)
    {
        var id = $"{Guid.NewGuid()}";
        await stack.Program.Services.GetRequiredService<DeadLetters>().Keep(
            new QueueDelivery("usage-events-poison", id, body, 1), TestContext.Current.CancellationToken);
        return (await stack.Scalar<string>("select body from chatbot.dead_letters where message_id = $1", id))!;
    }
}
