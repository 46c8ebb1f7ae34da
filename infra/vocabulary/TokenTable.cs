using System.Buffers.Binary;
using ChatBot.Functions.Tokens;

namespace ChatBot.Vocabulary;

/// <summary>Lays tokens out as the program reads them.</summary>
public static class TokenTable
{
    // Half of them stay vacant: most look-ups are for what is no token, and end at the first vacant slot.
    private const int SlotsPerToken = 2;

    public static byte[] Of(IReadOnlyList<byte[]> tokens)
    {
        var slots = new uint[tokens.Count * SlotsPerToken];
        Array.Fill(slots, VocabularyLayout.Vacant);
        var entries = new MemoryStream();
        for (var rank = 0; rank < tokens.Count; rank++)
        {
            Place(slots, tokens[rank], checked((uint)entries.Length));
            Write(entries, (uint)rank | ((uint)tokens[rank].Length << VocabularyLayout.RankBits));
            entries.Write(tokens[rank]);
        }

        var longest = tokens.Max(token => token.Length);
        if (entries.Length > VocabularyLayout.OffsetMask || tokens.Count > VocabularyLayout.RankMask || longest >= 1 << (32 - VocabularyLayout.RankBits))
        {
            throw new InvalidDataException("The vocabulary is larger than the table's fields.");
        }

        var table = new MemoryStream();
        Write(table, (uint)slots.Length);
        Write(table, (uint)tokens.Count);
        Write(table, (uint)longest);
        foreach (var slot in slots)
        {
            Write(table, slot);
        }

        table.Write(entries.ToArray());
        return table.ToArray();
    }

    private static void Place(uint[] slots, byte[] token, uint offset)
    {
        var hash = VocabularyLayout.Hash(token);
        var slot = VocabularyLayout.SlotOf(hash, (uint)slots.Length);
        while (slots[slot] != VocabularyLayout.Vacant)
        {
            slot = slot + 1 == slots.Length ? 0 : slot + 1;
        }

        slots[slot] = ((uint)hash & ~VocabularyLayout.OffsetMask) | offset;
    }

    private static void Write(MemoryStream stream, uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        stream.Write(bytes);
    }
}
