using Microsoft.ML.Tokenizers;

namespace ChatBot.Local;

/// <summary>The token counts of gpt-4o and its successors.</summary>
public static class O200k
{
    // What the chat format adds: per message, and for the start of the answer.
    private const int PerMessage = 3;
    private const int PerPrompt = 3;

    // Takes a third of a second and some forty megabytes.
    private static readonly Lazy<TiktokenTokenizer> s_tokenizer = new(() => TiktokenTokenizer.CreateForModel("gpt-4o"));

    /// <summary>Loads the vocabulary in the background, ahead of its first use.</summary>
    public static void Warm() => ThreadPool.QueueUserWorkItem(_ => Count("warm"));

    public static int Count(string text) => s_tokenizer.Value.CountTokens(text);

    public static int CountPrompt(IEnumerable<ChatMessage> messages) =>
        PerPrompt + messages.Sum(message => PerMessage + Count(message.Role) + Count(message.Content));

    /// <summary>The text in pieces of one token each; of more where a character's bytes are shared among several.</summary>
    public static IEnumerable<AnswerPiece> Split(string text)
    {
        var ids = s_tokenizer.Value.EncodeToIds(text);
        var position = 0;
        var first = 0;
        for (var end = 1; end <= ids.Count; end++)
        {
            var piece = s_tokenizer.Value.Decode(ids.Skip(first).Take(end - first)) ?? "";
            if (piece.Length == 0 || !text.AsSpan(position).StartsWith(piece, StringComparison.Ordinal))
            {
                continue;
            }

            yield return new(piece, end - first);
            position += piece.Length;
            first = end;
        }
    }
}
