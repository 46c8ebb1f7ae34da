using System.Buffers.Binary;
using System.Numerics;
using Npgsql;

namespace ChatBot.Functions.Database;

/// <summary>
/// Numbers that Postgres keeps with more digits than a decimal has. The driver refuses such a number, and with it all the rows
/// around it; here it is rounded to the 28 digits that a decimal holds, half to even.
/// </summary>
public static class DecimalReader
{
    private const int DigitsPerGroup = 4;
    private const int MaxScale = 28;
    private const ushort Negative = 0x4000;

    private static readonly BigInteger s_most = new(decimal.MaxValue);

    /// <exception cref="OverflowException">It is beyond 7.9 * 10^28, or no number.</exception>
    public static decimal Decimal(this NpgsqlDataReader row, int column)
    {
        try
        {
            return row.GetDecimal(column);
        }
        // The second is its fault with some that have just too many digits.
        catch (Exception e) when (e is OverflowException or IndexOutOfRangeException)
        {
            var numeric = new byte[row.GetBytes(column, 0, null, 0, 0)];
            row.GetBytes(column, 0, numeric, 0, numeric.Length);
            return Round(numeric);
        }
    }

    public static decimal? DecimalOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.Decimal(column);

    /// <param name="numeric">Number of groups, weight of the first, sign, decimals, and the groups: base 10,000.</param>
    private static decimal Round(ReadOnlySpan<byte> numeric)
    {
        var groups = BinaryPrimitives.ReadInt16BigEndian(numeric);
        var weight = BinaryPrimitives.ReadInt16BigEndian(numeric[2..]);
        var sign = BinaryPrimitives.ReadUInt16BigEndian(numeric[4..]);
        if (sign is not (0 or Negative))
        {
            throw new OverflowException("It is no number, or infinite.");
        }

        var digits = BigInteger.Zero;
        for (var group = 0; group < groups; group++)
        {
            digits = (digits * 10_000) + BinaryPrimitives.ReadUInt16BigEndian(numeric[(8 + (2 * group))..]);
        }

        var scale = DigitsPerGroup * (groups - 1 - weight);
        if (scale < 0)
        {
            (digits, scale) = (digits * BigInteger.Pow(10, -scale), 0);
        }

        // First as near as may be needed, so that it is rounded once.
        for (var target = Math.Min(scale, MaxScale); ; target--)
        {
            var rounded = RoundedQuotient(digits, BigInteger.Pow(10, scale - target));
            if (rounded <= s_most)
            {
                return Compose(rounded, target, sign == Negative);
            }

            if (target == 0)
            {
                throw new OverflowException("It is beyond what a decimal holds.");
            }
        }
    }

    private static BigInteger RoundedQuotient(BigInteger dividend, BigInteger divisor)
    {
        var quotient = BigInteger.DivRem(dividend, divisor, out var rest);
        var half = (rest * 2).CompareTo(divisor);
        return half > 0 || (half == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }

    private static decimal Compose(BigInteger digits, int scale, bool isNegative)
    {
        var whole = decimal.GetBits((decimal)digits);
        return new decimal(whole[0], whole[1], whole[2], isNegative, (byte)scale);
    }
}
