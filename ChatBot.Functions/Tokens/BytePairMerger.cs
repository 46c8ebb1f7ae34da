
namespace ChatBot.Functions.Tokens;

/// <summary>
/// Merges the bytes of a piece into tokens: always the neighbours that make the token of the lowest rank, the first of several,
/// until none make one.
/// </summary>
public static class BytePairMerger
{
    private const int OnStack = 128;

    /// <returns>How many tokens the piece is.</returns>
    public static int Count(Vocabulary vocabulary, ReadOnlySpan<byte> piece)
    {
        if (piece.Length == 1 || vocabulary.Rank(piece) != Vocabulary.None)
        {
            return 1;
        }

        // Two links for each byte, and the ranks.
        var memory = (2 * piece.Length) + MinRankTree.MemoryFor(piece.Length);
        return Merge(vocabulary, piece, piece.Length <= OnStack ? stackalloc int[memory] : new int[memory]);
    }

    private static int Merge(Vocabulary vocabulary, ReadOnlySpan<byte> piece, Span<int> memory)
    {
        // A part goes by the place of its first byte. Its rank is that of the token which it and the next part make.
        var previous = memory[..piece.Length];
        var next = memory.Slice(piece.Length, piece.Length);
        var tree = new MinRankTree(memory[(2 * piece.Length)..], piece.Length);
        for (var i = 0; i < piece.Length; i++)
        {
            (previous[i], next[i]) = (i - 1, i + 1);
            tree.Ranks[i] = i + 2 <= piece.Length ? vocabulary.Rank(piece.Slice(i, 2)) : Vocabulary.None;
        }

        tree.Build();
        var parts = piece.Length;
        for (var at = tree.FirstLowest(); at >= 0; at = tree.FirstLowest())
        {
            var merged = next[at];
            var end = next[merged];
            next[at] = end;
            parts--;
            tree.Set(merged, Vocabulary.None);
            tree.Set(at, end < piece.Length ? vocabulary.Rank(piece[at..next[end]]) : Vocabulary.None);
            if (end < piece.Length)
            {
                previous[end] = at;
            }

            if (previous[at] is var before and >= 0)
            {
                tree.Set(before, vocabulary.Rank(piece[before..end]));
            }
        }

        return parts;
    }
}
