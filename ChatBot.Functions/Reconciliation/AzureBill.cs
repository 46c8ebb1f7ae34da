using System.Globalization;

namespace ChatBot.Functions.Reconciliation;

/// <summary>The tokens of a cost details export of Azure, per day and model.</summary>
/// <param name="First">The first day that it has a row of.</param>
/// <param name="Last">The last one.</param>
public sealed record AzureBill(DateOnly First, DateOnly Last, IReadOnlyList<ProviderFigures> Figures)
{
    private const decimal MostTokens = 1_000_000_000_000_000m;

    // By agreement and version; headers differ in case, too.
    private static readonly string[] s_dates = ["Date", "UsageDate", "UsageDateTime"];
    private static readonly string[] s_meters = ["MeterName", "Meter"];
    private static readonly string[] s_quantities = ["Quantity", "UsageQuantity", "ConsumedQuantity"];
    private static readonly string[] s_units = ["UnitOfMeasure", "Unit"];

    /// <exception cref="InvalidDataException">It is none; the message says where.</exception>
    public static async Task<AzureBill> Read(Stream csv, CancellationToken cancellation)
    {
        using var records = new CsvReader(csv);
        var header = await records.Read(cancellation) ?? throw new InvalidDataException("The bill is empty.");
        var (date, meter, quantity, unit) = (Column(header, s_dates), Column(header, s_meters), Column(header, s_quantities), Column(header, s_units));
        var (first, last) = (DateOnly.MaxValue, DateOnly.MinValue);
        Dictionary<(DateOnly, string), (decimal Input, decimal Output)> sums = [];
        while (await records.Read(cancellation) is { } record)
        {
            if (record.Count != header.Count)
            {
                throw new InvalidDataException($"The record at line {records.Line} has {record.Count} fields, the header {header.Count}.");
            }

            var day = Day(record[date]) ?? throw Unreadable(records, header[date]);
            (first, last) = (day < first ? day : first, day > last ? day : last);
            if (AzureMeter.Read(record[meter]) is not { } measured)
            {
                continue;
            }

            var tokens = Tokens(record[quantity], AzureMeter.TokensPerUnit(record[unit]) ?? throw Unreadable(records, header[unit]))
                ?? throw Unreadable(records, header[quantity]);
            var (input, output) = sums.GetValueOrDefault((day, measured.Model));
            sums[(day, measured.Model)] = measured.IsInput ? (input + tokens, output) : (input, output + tokens);
        }

        return last < first
            ? throw new InvalidDataException("The bill has a header, and nothing else.")
            : new AzureBill(first, last, [.. sums.Select(s => new ProviderFigures(s.Key.Item1, s.Key.Item2, Whole(s.Value.Input), Whole(s.Value.Output), 0))]);
    }

    private static int Column(IReadOnlyList<string> header, string[] names)
    {
        foreach (var name in names)
        {
            for (var column = 0; column < header.Count; column++)
            {
                if (header[column].Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return column;
                }
            }
        }

        throw new InvalidDataException($"The header names no column {string.Join(" or ", names)}.");
    }

    private static DateOnly? Day(string text) =>
        DateTime.TryParseExact(
            text, ["yyyy-MM-dd", "MM/dd/yyyy", "M/d/yyyy", "yyyyMMdd", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"],
            CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var day)
            ? DateOnly.FromDateTime(day)
            : null;

    private static decimal? Tokens(string quantity, decimal perUnit) =>
        decimal.TryParse(quantity, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var units)
        && Math.Abs(units) <= MostTokens / perUnit
            ? units * perUnit
            : null;

    /// <summary>A day whose corrections are more than its use has none.</summary>
    private static long Whole(decimal tokens) => (long)Math.Round(Math.Max(0, Math.Min(tokens, MostTokens)), MidpointRounding.AwayFromZero);

    private static InvalidDataException Unreadable(CsvReader records, string column) =>
        new($"In the record at line {records.Line} the value of {column} cannot be read.");
}
