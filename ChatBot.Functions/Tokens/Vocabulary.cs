using System.Buffers.Binary;

namespace ChatBot.Functions.Tokens;

/// <summary>
/// The tokens of an encoding, and the rank of each: a hash table that the build has laid out, read where the operating system
/// has mapped it. Nothing is built or copied, so the first look-up costs hardly more than any other.
/// </summary>
public sealed unsafe class Vocabulary
{
    public const int None = int.MaxValue;

    private readonly byte* _slots;
    private readonly uint _slotCount;
    private readonly byte* _entries;
    private readonly int _entriesLength;

    private Vocabulary(byte* table, int length)
    {
        var header = new ReadOnlySpan<byte>(table, VocabularyLayout.HeaderSize);
        _slotCount = BinaryPrimitives.ReadUInt32LittleEndian(header);
        TokenCount = BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
        LongestToken = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        _slots = table + VocabularyLayout.HeaderSize;
        _entries = _slots + (_slotCount * sizeof(uint));
        _entriesLength = length - (int)(_entries - table);
    }

    public int TokenCount { get; }

    /// <summary>In bytes.</summary>
    public int LongestToken { get; }

    /// <summary>The vocabulary that the program carries.</summary>
    public static Vocabulary Embedded()
    {
        // A resource is a part of the program's image, which stays where it is for as long as the process lives.
        using var table = (UnmanagedMemoryStream)typeof(Vocabulary).Assembly.GetManifestResourceStream("o200k_base.table")!;
        return new Vocabulary(table.PositionPointer, checked((int)table.Length));
    }

    /// <returns>The rank of the token of these bytes, or <see cref="None"/>.</returns>
    public int Rank(ReadOnlySpan<byte> token)
    {
        if (token.Length > LongestToken)
        {
            return None;
        }

        var hash = VocabularyLayout.Hash(token);
        var slots = new ReadOnlySpan<byte>(_slots, (int)_slotCount * sizeof(uint));
        var entries = new ReadOnlySpan<byte>(_entries, _entriesLength);
        for (var slot = VocabularyLayout.SlotOf(hash, _slotCount); ; slot = slot + 1 == _slotCount ? 0 : slot + 1)
        {
            var found = BinaryPrimitives.ReadUInt32LittleEndian(slots[((int)slot * sizeof(uint))..]);
            if (found == VocabularyLayout.Vacant)
            {
                return None;
            }

            if ((found ^ (uint)hash) >> VocabularyLayout.OffsetBits == 0)
            {
                var entry = entries[(int)(found & VocabularyLayout.OffsetMask)..];
                var head = BinaryPrimitives.ReadUInt32LittleEndian(entry);
                if (token.SequenceEqual(entry.Slice(sizeof(uint), (int)(head >> VocabularyLayout.RankBits))))
                {
                    return (int)(head & VocabularyLayout.RankMask);
                }
            }
        }
    }
}
