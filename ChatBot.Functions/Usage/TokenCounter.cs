using Microsoft.ML.Tokenizers;

namespace ChatBot.Functions.Usage;

/// <summary>
/// Counts tokens as o200k_base makes them, the encoding of the models configured by default. Its first use costs a third of a
/// second and some 45 MB, so it is never used on the way of a request.
/// </summary>
public static class TokenCounter
{
    // What OpenAI's chat format adds: three tokens around each message, and three to begin the answer with.
    private const int PerMessage = 3;
    private const int PerPrompt = 3;

    private static readonly Lazy<TiktokenTokenizer> s_tokenizer = new(() => TiktokenTokenizer.CreateForEncoding("o200k_base"));

    public static int Count(string text) => s_tokenizer.Value.CountTokens(text);

    public static int CountPrompt(IEnumerable<(string Role, string Content)> messages) =>
        PerPrompt + messages.Sum(m => PerMessage + Count(m.Role) + Count(m.Content));
}
