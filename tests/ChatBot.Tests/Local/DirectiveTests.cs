using ChatBot.Local;
using Xunit;

namespace ChatBot.Tests.Local;

public sealed class DirectiveTests
{
    [Fact]
    public void Text_without_brackets_says_nothing() => Assert.Equal(Directive.None, Directive.Read("Hello, what can you do?"));

    [Fact]
    public void Numbers_durations_and_flags_are_read()
    {
        var directive = Directive.Read("Please [[tokens=200 delay=5ms first=1.5s cut=50 bytes usage=twice]] answer");

        Assert.Equal(200, directive.Tokens);
        Assert.Equal(TimeSpan.FromMilliseconds(5), directive.Delay);
        Assert.Equal(TimeSpan.FromSeconds(1.5), directive.First);
        Assert.Equal(50, directive.Cut);
        Assert.True(directive.Bytes);
        Assert.Equal(UsageReport.Twice, directive.Usage);
    }

    [Fact]
    public void A_bare_number_is_a_duration_in_milliseconds() => Assert.Equal(TimeSpan.FromMilliseconds(20), Directive.Read("[[delay=20]]").Delay);

    [Fact]
    public void Later_texts_win_key_by_key()
    {
        var directive = Directive.Read("gpt-4o[[tokens=10 status=500]]", "You are kind. [[status=429]]", "Hi [[retry-after=2]]");

        Assert.Equal((10, 429, "2"), (directive.Tokens, directive.Status, directive.RetryAfter));
    }

    [Fact]
    public void A_quoted_value_may_hold_spaces_brackets_and_escapes() =>
        Assert.Equal("a ]] \"b\"\n", Directive.Read("""[[text="a ]] \"b\"\n" tokens=1]]""").Text);

    [Theory]
    [InlineData("malformed")]
    [InlineData("error")]
    public void A_position_has_a_default(string key) => Assert.Equal(3, Directive.Read($"[[{key}]]").LastPosition);

    [Theory]
    [InlineData("Here is a matrix: [[1, 2], [3, 4]]")]
    [InlineData("An open [[end")]
    [InlineData("[[]]")]
    public void Brackets_around_anything_but_words_are_the_senders_own(string text)
    {
        Assert.Equal(Directive.None, Directive.Read(text));
        Assert.Equal(text, Directive.Strip(text));
    }

    [Fact]
    public void Stripping_leaves_the_rest_of_the_text() => Assert.Equal("Say it.", Directive.Strip("[[tokens=5]] Say it. [[delay=0]]"));

    [Fact]
    public void An_unknown_key_is_refused_with_the_known_ones()
    {
        var failure = Assert.Throws<DirectiveException>(() => Directive.Read("[[explode=now]]"));

        Assert.Contains("'explode'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("retry-after", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[[tokens]]")]
    [InlineData("[[tokens=-1]]")]
    [InlineData("[[tokens=many]]")]
    [InlineData("[[status=99]]")]
    [InlineData("[[usage=never]]")]
    [InlineData("[[delay=soon]]")]
    [InlineData("[[text=\"open]]")]
    public void A_value_that_does_not_fit_is_refused(string text) => Assert.Throws<DirectiveException>(() => Directive.Read(text));

    [Fact]
    public void Behaving_keeps_the_answer_and_drops_the_fault()
    {
        var behaved = Directive.Read("[[tokens=7 delay=0 cached=3 status=429 first=9s cut=2 usage=absurd times=1]]").Behaved();

        Assert.Equal(Directive.Read("[[tokens=7 delay=0 cached=3]]"), behaved);
    }
}
