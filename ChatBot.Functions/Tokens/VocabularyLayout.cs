using System.Buffers.Binary;

namespace ChatBot.Functions.Tokens;

/// <summary>How the table of tokens is laid out: the same for the build, which writes it, and for the program, which reads it.</summary>
/// <remarks>
/// All numbers are little-endian, and of four bytes. A header: slots, tokens, bytes of the longest token. The slots: where the
/// entry begins in the lower bits, a part of its hash in the upper, all ones where there is none; of tokens that meet in a slot
/// the later ones go to the next vacant. The entries: rank in the lower bits, length in the upper, then the token's bytes.
/// </remarks>
public static class VocabularyLayout
{
    public const int HeaderSize = 3 * sizeof(uint);
    public const uint Vacant = uint.MaxValue;
    public const int OffsetBits = 22;
    public const uint OffsetMask = (1 << OffsetBits) - 1;
    public const int RankBits = 24;
    public const uint RankMask = (1 << RankBits) - 1;

    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    public static uint SlotOf(ulong hash, uint slots) => (uint)(((hash >> 32) * slots) >> 32);

    public static ulong Hash(ReadOnlySpan<byte> token)
    {
        var hash = (ulong)token.Length;
        while (token.Length > sizeof(ulong))
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(token));
            token = token[sizeof(ulong)..];
        }

        return Mix(hash ^ Last(token));
    }

    // Two reads that overlap are quicker than one per byte, and lose nothing: the length is in the hash already.
    private static ulong Last(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        >= 4 => ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(bytes) << 32) | BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]),
        > 0 => ((ulong)bytes[0] << 16) | ((ulong)bytes[bytes.Length / 2] << 8) | bytes[^1],
        _ => 0,
    };

    private static ulong Mix(ulong value)
    {
        var high = Math.BigMul(value ^ Multiplier, Multiplier, out var low);
        return high ^ low;
    }
}
