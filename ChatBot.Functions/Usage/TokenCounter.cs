using System.Buffers;
using System.Text;

namespace ChatBot.Functions.Usage;

/// <summary>
/// Counts tokens as o200k_base makes them, the encoding of the models configured by default. Special tokens are ordinary text
/// here, as they are to the provider within a message. Half of a surrogate pair counts as the replacement character.
/// </summary>
public static class TokenCounter
{
    // What OpenAI's chat format adds: three tokens around each message, and three to begin the answer with.
    private const int PerMessage = 3;
    private const int PerPrompt = 3;

    private static readonly Vocabulary s_vocabulary = Vocabulary.Embedded();

    public static int Count(string text)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetByteCount(text));
        ReadOnlySpan<byte> rest = bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes));
        var tokens = 0;
        while (!rest.IsEmpty)
        {
            var piece = rest[..TextPieces.First(rest)];
            tokens += BytePairs.Count(s_vocabulary, piece);
            rest = rest[piece.Length..];
        }

        ArrayPool<byte>.Shared.Return(bytes);
        return tokens;
    }

    public static int CountPrompt(IEnumerable<(string Role, string Content)> messages) =>
        PerPrompt + messages.Sum(m => PerMessage + Count(m.Role) + Count(m.Content));
}
