using System.Diagnostics;
using System.Text;
using ChatBot.Functions.Tokens;
using ChatBot.Tests.Tokens.Texts;
using Xunit;

namespace ChatBot.Tests.Tokens;

public sealed class TokenCounterTests
{
    private const int LongestMessage = 262_144;
    private const int BytesOfTheLongestToken = 128;

    // A tenth of a second in a release build. What is quadratic takes a minute, however slow or busy the machine.
    private static readonly TimeSpan s_inTime = TimeSpan.FromSeconds(10);

    private static readonly string[] s_texts = [.. EnglishTexts.All, .. WorldTexts.All, .. CodeTexts.All];

    public static TheoryData<string, string> LongRuns => new()
    {
        { "one small letter", "a" },
        { "one capital letter", "A" },
        { "two letters in turns", "ab" },
        { "spaces", " " },
        { "line ends", "\r\n" },
        { "digits", "7" },
        { "exclamation marks", "!" },
        { "Chinese", "在她的花园里有一只很大的猫" },
        { "an emoji of several characters", "👩🏽‍🚀" },
        { "marks and capitals in turns", "\u0301A" },
        { "a line end and spaces in turns", "\n   " },
    };

    [Fact]
    public void English_other_languages_emoji_and_code_count_as_they_do_in_the_reference() =>
        Assert.All(s_texts, text => Assert.Equal(ReferenceTokens.Count(text), TokenCounter.Count(text)));

    [Fact]
    public void Every_stretch_of_mixed_text_counts_as_it_does_in_the_reference()
    {
        foreach (var text in s_texts)
        {
            var characters = text.EnumerateRunes().ToArray();
            for (var (start, length) = (0, 1); start + length <= characters.Length; start++, length = 1 + (length * 7 % 41))
            {
                var stretch = string.Concat(characters.Skip(start).Take(length));
                Assert.Equal(ReferenceTokens.Count(stretch), TokenCounter.Count(stretch));
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_text_counts_as_it_does_in_the_reference(int seed) =>
        Assert.All(RandomTexts.Of(seed, 10_000), text => Assert.Equal(ReferenceTokens.Count(text), TokenCounter.Count(text)));

    [Fact]
    public void The_reference_counts_what_its_library_counts_wherever_that_splits_characters_and_not_their_halves()
    {
        var texts = s_texts.Concat(RandomTexts.Of(5, 20_000)).Where(ReferenceTokens.CountAlike).ToList();

        Assert.InRange(texts.Count, 10_000, 20_000 + s_texts.Length);
        Assert.All(texts, text => Assert.Equal(ReferenceTokens.CountByUnits(text), TokenCounter.Count(text)));
    }

    [Theory]
    [InlineData("\uD83D", "\uFFFD")]
    [InlineData("a\uDE00b", "a\uFFFDb")]
    [InlineData("\uD83D\uD83D\uDE00 x", "\uFFFD\U0001F600 x")]
    public void Half_of_a_surrogate_pair_counts_as_the_replacement_character(string text, string replaced) =>
        Assert.Equal(ReferenceTokens.Count(replaced), TokenCounter.Count(text));

    [Fact]
    public void The_name_of_a_special_token_is_ordinary_text() => Assert.Equal(7, TokenCounter.Count("<|endoftext|>"));

    [Theory]
    [MemberData(nameof(LongRuns))]
    public void The_longest_message_of_one_thing_is_counted_in_time(string name, string unit)
    {
        var text = RunOf(unit, LongestMessage);
        var watch = Stopwatch.StartNew();
        var tokens = TokenCounter.Count(text);

        Assert.True(watch.Elapsed < s_inTime, $"{name}: {watch.Elapsed}");
        Assert.InRange(tokens, LongestMessage / BytesOfTheLongestToken, LongestMessage);
    }

    [Theory]
    [MemberData(nameof(LongRuns))]
    public void A_long_run_of_one_thing_counts_as_it_does_in_the_reference(string name, string unit)
    {
        var text = RunOf(unit, LongestMessage / 64);

        Assert.True(ReferenceTokens.Count(text) == TokenCounter.Count(text), name);
    }

    [Fact]
    public void A_prompt_is_its_texts_and_roles_and_what_the_chat_format_adds() =>
        Assert.Equal(3 + (3 + 1 + 4) + (3 + 1 + 1), TokenCounter.CountPrompt([("system", TokenCounter.Count("You are kind.")), ("user", TokenCounter.Count("Hi"))]));

    private static string RunOf(string unit, int bytes) => string.Concat(Enumerable.Repeat(unit, bytes / Encoding.UTF8.GetByteCount(unit)));
}
