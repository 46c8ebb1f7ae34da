using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using ChatBot.Functions.Problems;
using ChatBot.Shared;

namespace ChatBot.Functions.Http;

/// <summary>The query parameters of lists.</summary>
public static class Paging
{
    public const int DefaultLimit = 30;
    public const int MaxLimit = 100;

    public static int? Limit(HttpRequest request) => request.Query["limit"].ToString() switch
    {
        "" => DefaultLimit,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= MaxLimit => limit,
        _ => null,
    };

    public static ProblemResult InvalidLimit { get; } = ProblemResult.Invalid("limit", $"must be a whole number from 1 to {MaxLimit}");

    public static ProblemResult InvalidCursor { get; } = ProblemResult.Invalid("cursor", "must be the nextCursor of an earlier answer");

    /// <summary>Of what was asked for with one more than <paramref name="limit"/>, which tells whether there are more.</summary>
    public static Page<T> Page<T>(List<T> found, int limit, Func<T, string> cursor)
    {
        if (found.Count <= limit)
        {
            return new Page<T>(found, null);
        }

        found.RemoveRange(limit, found.Count - limit);
        return new Page<T>(found, cursor(found[^1]));
    }

    /// <summary>Place in a list that is sorted by time and id. Whoever changes one gets another place in their own list, nothing else.</summary>
    public static string Cursor(DateTimeOffset time, Guid id)
    {
        Span<byte> bytes = stackalloc byte[24];
        BitConverter.TryWriteBytes(bytes, time.UtcTicks);
        id.TryWriteBytes(bytes[8..]);
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryReadCursor(string text, out DateTimeOffset? time, out Guid? id)
    {
        (time, id) = (null, null);
        if (text.Length == 0)
        {
            return true;
        }

        Span<byte> bytes = stackalloc byte[24];
        if (text.Length != 32 || Base64Url.DecodeFromChars(text, bytes, out _, out var length) != OperationStatus.Done || length != 24)
        {
            return false;
        }

        var ticks = BitConverter.ToInt64(bytes);
        if (ticks < DateTimeOffset.UnixEpoch.UtcTicks || ticks > DateTimeOffset.MaxValue.UtcTicks)
        {
            return false;
        }

        (time, id) = (new DateTimeOffset(ticks, TimeSpan.Zero), new Guid(bytes[8..]));
        return true;
    }
}
