using System.Text;
using ChatBot.Functions.Tokens;
using Xunit;

namespace ChatBot.Tests.Tokens;

public sealed class BytePairMergerTests
{
    private static readonly Vocabulary s_vocabulary = Vocabulary.Embedded();
    private static readonly IReadOnlyList<byte[]> s_tokens = ReferenceTokens.Vocabulary();
    private static readonly Dictionary<string, int> s_ranks = s_tokens.Select((token, rank) => (token, rank)).ToDictionary(t => Encoding.Latin1.GetString(t.token), t => t.rank);

    [Fact]
    public void The_vocabulary_has_every_token_of_the_package_at_its_rank()
    {
        Assert.Equal(199_998, s_tokens.Count);
        Assert.Equal((s_tokens.Count, s_tokens.Max(t => t.Length)), (s_vocabulary.TokenCount, s_vocabulary.LongestToken));
        for (var rank = 0; rank < s_tokens.Count; rank++)
        {
            Assert.Equal(rank, s_vocabulary.Rank(s_tokens[rank]));
        }
    }

    [Fact]
    public void The_vocabulary_has_nothing_else()
    {
        Assert.Equal(Vocabulary.None, s_vocabulary.Rank([]));
        foreach (var bytes in Pieces(seed: 1, count: 50_000, longest: 140))
        {
            Assert.Equal(s_ranks.GetValueOrDefault(Encoding.Latin1.GetString(bytes), Vocabulary.None), s_vocabulary.Rank(bytes));
        }
    }

    [Fact]
    public void Every_byte_is_a_token_so_that_a_piece_is_never_more_tokens_than_bytes() =>
        Assert.All(Enumerable.Range(0, 256), value => Assert.NotEqual(Vocabulary.None, s_vocabulary.Rank([(byte)value])));

    [Theory]
    [InlineData(1_000, 128)]
    [InlineData(10, 600)]
    public void The_lowest_pairs_are_merged_first_also_where_bytes_are_no_complete_characters(int pieces, int longest) =>
        Assert.All(Pieces(seed: 2, pieces, longest), piece => Assert.Equal(Merge(piece), BytePairMerger.Count(s_vocabulary, piece)));

    // Parts of tokens, one after another, with a foreign byte now and then.
    private static IEnumerable<byte[]> Pieces(int seed, int count, int longest)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            List<byte> piece = [];
            for (var length = random.Next(1, longest); piece.Count < length;)
            {
                var token = s_tokens[random.Next(s_tokens.Count)];
                piece.AddRange(random.Next(8) == 0 ? [(byte)random.Next(256)] : token[random.Next(token.Length)..]);
            }

            yield return [.. piece.Take(longest)];
        }
    }

    // As plainly as it can be said.
    private static int Merge(byte[] piece)
    {
        if (s_ranks.ContainsKey(Encoding.Latin1.GetString(piece)))
        {
            return 1;
        }

        var parts = Encoding.Latin1.GetString(piece).Select(c => $"{c}").ToList();
        while (true)
        {
            var (rank, at) = Enumerable.Range(0, parts.Count - 1)
                .Select(i => (Rank: s_ranks.GetValueOrDefault(parts[i] + parts[i + 1], Vocabulary.None), At: i))
                .DefaultIfEmpty((Vocabulary.None, 0))
                .Min();
            if (rank == Vocabulary.None)
            {
                return parts.Count;
            }

            parts[at] += parts[at + 1];
            parts.RemoveAt(at + 1);
        }
    }
}
