using System.Runtime.Intrinsics;

namespace ChatBot.Functions.Tokens;

/// <summary>
/// The lowest of many ranks, and the first place of it, where one changes at a time: each sixteen have their lowest above them,
/// and so on up to the last sixteen.
/// </summary>
internal ref struct MinRankTree
{
    private const int Fan = 16;
    private const int MostLevels = 8;

    private readonly Span<int> _nodes;

    // Where each level begins in the nodes, from the ranks upwards.
    private readonly Span<int> _starts;
    private readonly int _top;

    /// <param name="memory">As much as <see cref="MemoryFor"/> says.</param>
    public MinRankTree(Span<int> memory, int count)
    {
        _starts = memory[..MostLevels];
        _nodes = memory[MostLevels..];
        _nodes.Fill(Vocabulary.None);
        Ranks = _nodes[..count];
        var size = Padded(count);
        while (size > Fan)
        {
            _starts[_top + 1] = _starts[_top] + size;
            _top++;
            size = Padded(size / Fan);
        }
    }

    /// <summary>To be filled before <see cref="Build"/>, and changed by <see cref="Set"/> after it. <see cref="Vocabulary.None"/> is above all others.</summary>
    public Span<int> Ranks { get; }

    public static int MemoryFor(int count)
    {
        var memory = MostLevels;
        var size = Padded(count);
        for (; size > Fan; size = Padded(size / Fan))
        {
            memory += size;
        }

        return memory + size;
    }

    public readonly void Build()
    {
        for (var level = 0; level < _top; level++)
        {
            var parents = _nodes[_starts[level + 1]..];
            for (var parent = 0; _starts[level] + (parent * Fan) < _starts[level + 1]; parent++)
            {
                parents[parent] = Lowest(level, parent);
            }
        }
    }

    public readonly void Set(int place, int rank)
    {
        Ranks[place] = rank;
        for (var level = 0; level < _top; level++)
        {
            place /= Fan;
            ref var parent = ref _nodes[_starts[level + 1] + place];
            var lowest = Lowest(level, place);
            if (parent == lowest)
            {
                return;
            }

            parent = lowest;
        }
    }

    /// <returns>The first place of the lowest rank, or -1 where there is none.</returns>
    public readonly int FirstLowest()
    {
        var lowest = Lowest(_top, 0);
        if (lowest == Vocabulary.None)
        {
            return -1;
        }

        var place = 0;
        for (var level = _top; level >= 0; level--)
        {
            place = (place * Fan) + Siblings(level, place).IndexOf(lowest);
        }

        return place;
    }

    private readonly int Lowest(int level, int parent)
    {
        ReadOnlySpan<int> siblings = Siblings(level, parent);
        var lowest = Vector128.Min(
            Vector128.Min(Vector128.Create(siblings), Vector128.Create(siblings[4..])),
            Vector128.Min(Vector128.Create(siblings[8..]), Vector128.Create(siblings[12..])));
        lowest = Vector128.Min(lowest, Vector128.Shuffle(lowest, Vector128.Create(2, 3, 0, 1)));
        return Math.Min(lowest[0], lowest[1]);
    }

    private readonly Span<int> Siblings(int level, int parent) => _nodes.Slice(_starts[level] + (parent * Fan), Fan);

    private static int Padded(int count) => (count + Fan - 1) / Fan * Fan;
}
