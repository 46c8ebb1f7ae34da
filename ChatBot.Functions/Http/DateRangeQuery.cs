using System.Globalization;

namespace ChatBot.Functions.Http;

/// <summary>The query parameters <c>from</c> and <c>to</c>: days in UTC, both of them included.</summary>
public static class DateRangeQuery
{
    /// <param name="defaultValue">How many days there are where no first is given.</param>
    /// <param name="most">How many days there may be.</param>
    public static Validation Range(this Validation validation, HttpRequest request, DateOnly today, int defaultValue, int most, out DateOnly from, out DateOnly to)
    {
        var last = Read(request, "to", today);
        var first = Read(request, "from", (last ?? today).AddDays(1 - defaultValue));
        (from, to) = (first ?? default, last ?? default);
        return validation
            .Check("from", first is not null, "must be a day such as 2026-11-24")
            .Check("to", last is not null, "must be a day such as 2026-11-24")
            .Check("to", first is null || last is null || (to >= from && to.DayNumber - from.DayNumber < most), $"must be 0 to {most - 1} days after from");
    }

    // Days of long ago have no neighbours to go by.
    private static DateOnly? Read(HttpRequest request, string name, DateOnly defaultValue) => request.Query[name].ToString() switch
    {
        "" => defaultValue,
        var text when DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year >= 2000 => day,
        _ => null,
    };
}
