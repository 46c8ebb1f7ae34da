using ChatBot.Functions.Tokens;
using ChatBot.Tests.Tokens;
using ChatBot.Tests.Tokens.Texts;
using Xunit;

namespace ChatBot.Tests.Usage;

/// <summary>The bound that a prompt is admitted with, against what the provider counts for it.</summary>
public sealed class PromptBoundTests
{
    // What chatbot.choose_prompt adds to each message, and once to the whole.
    private const int PerMessage = 8;

    // What OpenAI's chat format adds, beside the role's own token.
    private const int OfTheFormat = 3;

    [Fact]
    public void It_is_never_below_the_providers_count()
    {
        string[] texts = [.. EnglishTexts.All, .. WorldTexts.All, .. CodeTexts.All, .. RandomTexts.Of(seed: 6, count: 3_000)];
        foreach (var role in (string[])["system", "user", "assistant"])
        {
            Assert.All(texts, text => AssertBound([(role, text)]));
        }

        AssertBound([.. texts.Select(text => ("user", text))]);
        Assert.All(ChatTurnByTurn(), prompt => AssertBound(prompt));
    }

    [Fact]
    public void It_is_at_most_1_35_times_the_providers_count_on_average_for_English()
    {
        List<(string Role, string Content)[]> prompts = [.. ChatTurnByTurn(), [("user", EnglishTexts.Story)], [("user", EnglishTexts.Report)]];

        var average = prompts.Average(prompt => (double)Bound(prompt) / Counted(prompt));

        Assert.InRange(average, 1, 1.35);
    }

    private static IEnumerable<(string Role, string Content)[]> ChatTurnByTurn() =>
        Enumerable.Range(1, EnglishTexts.Chat.Count).Select(turns => EnglishTexts.Chat.Take(turns).ToArray());

    private static void AssertBound((string Role, string Content)[] prompt) => Assert.True(Bound(prompt) >= Counted(prompt), prompt[0].Content);

    private static int Bound((string Role, string Content)[] prompt) => PerMessage + prompt.Sum(m => PerMessage + TokenCounter.Count(m.Content));

    private static int Counted((string Role, string Content)[] prompt) =>
        OfTheFormat + prompt.Sum(m => OfTheFormat + ReferenceTokens.Count(m.Role) + ReferenceTokens.Count(m.Content));
}
