using System.Globalization;

namespace ChatBot.Local;

internal static class DurationText
{
    private static readonly (string Suffix, TimeSpan Unit)[] s_units =
        [("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)), ("h", TimeSpan.FromHours(1))];

    /// <summary><c>500ms</c>, <c>1.5s</c>, <c>2m</c>, <c>1h</c>; a bare number is in the unit given.</summary>
    public static bool TryParse(string text, TimeSpan bareUnit, out TimeSpan duration)
    {
        var number = text;
        var unit = bareUnit;
        if (Array.Find(s_units, known => text.EndsWith(known.Suffix, StringComparison.Ordinal)) is { Suffix: not null } found)
        {
            number = text[..^found.Suffix.Length];
            unit = found.Unit;
        }
        var valid = double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) && count * unit.TotalDays < 1000;
        duration = valid ? count * unit : default;
        return valid;
    }
}
