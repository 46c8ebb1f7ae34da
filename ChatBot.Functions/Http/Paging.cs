using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ChatBot.Functions.Problems;

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

    private static ProblemResult InvalidCursor { get; } = ProblemResult.Invalid("cursor", "must be the nextCursor of an earlier answer");

    /// <summary>Reads limit and cursor; of the cursor time and id, which are null for the first page.</summary>
    public static bool IsRefused(
        HttpRequest request, [NotNullWhen(true)] out ProblemResult? problem, out int limit, out DateTimeOffset? time, out Guid? id)
    {
        var given = Limit(request);
        var isCursor = TryReadCursor(request.Query["cursor"].ToString(), out time, out id);
        problem = given is null ? InvalidLimit : !isCursor ? InvalidCursor : null;
        limit = given ?? DefaultLimit;
        return problem is not null;
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
