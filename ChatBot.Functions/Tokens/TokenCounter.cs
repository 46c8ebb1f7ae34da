using System.Buffers;
using System.Text;
using System.Text.Json;

namespace ChatBot.Functions.Tokens;

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

    public static int Count(ReadOnlySpan<char> text)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetByteCount(text));
        var tokens = CountUtf8(bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)));
        ArrayPool<byte>.Shared.Return(bytes);
        return tokens;
    }

    public static int CountUtf8(ReadOnlySpan<byte> text)
    {
        var tokens = 0;
        while (!text.IsEmpty)
        {
            var piece = text[..PreTokenizer.First(text)];
            tokens += BytePairMerger.Count(s_vocabulary, piece);
            text = text[piece.Length..];
        }

        return tokens;
    }

    /// <summary>Of messages whose contents were counted.</summary>
    public static int CountPrompt(IEnumerable<(string Role, int Tokens)> messages) =>
        PerPrompt + messages.Sum(m => PerMessage + Count(m.Role) + m.Tokens);

    /// <param name="messages">A JSON array, as a model is sent it.</param>
    /// <returns>How many messages there are, and their tokens.</returns>
    public static (int Messages, int Tokens) CountPrompt(string messages)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(messages.Length));
        var text = ArrayPool<byte>.Shared.Rent(bytes.Length);
        var json = new Utf8JsonReader(bytes.AsSpan(0, Encoding.UTF8.GetBytes(messages, bytes)));
        var (count, tokens) = (0, PerPrompt);
        while (json.Read())
        {
            if (json.TokenType is JsonTokenType.StartObject)
            {
                count++;
                tokens += PerMessage;
            }
            else if (json.TokenType is JsonTokenType.String)
            {
                // Of the role, or of the content.
                tokens += CountUtf8(text.AsSpan(0, json.CopyString(text)));
            }
        }

        ArrayPool<byte>.Shared.Return(bytes);
        ArrayPool<byte>.Shared.Return(text);
        return (count, tokens);
    }
}
