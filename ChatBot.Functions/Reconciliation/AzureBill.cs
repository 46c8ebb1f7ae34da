using System.Globalization;

namespace ChatBot.Functions.Reconciliation;

/// <summary>The tokens of a cost details export of Azure, per day and model.</summary>
/// <param name="First">The first day that it has a row of.</param>
/// <param name="Last">The last one.</param>
public sealed record AzureBill(DateOnly First, DateOnly Last, IReadOnlyList<ProviderFigures> Figures)
{
    private const decimal MostTokens = 1_000_000_000_000_000m;

    // A year of more models than anybody deploys.
    private const int MostFigures = 10_000;

    /// <exception cref="InvalidDataException">It is none; the message says where.</exception>
    public static async Task<AzureBill> Read(Stream csv, CancellationToken cancellationToken)
    {
        using var records = new CsvReader(csv);
        var header = await records.Read(cancellationToken) ?? throw new InvalidDataException("The bill is empty.");
        var columns = BillColumns.Read(header);
        var (first, last) = (DateOnly.MaxValue, DateOnly.MinValue);
        Dictionary<(DateOnly, string), (decimal Input, decimal Output)> sums = [];
        while (await records.Read(cancellationToken) is { } record)
        {
            if (columns.IsHeader(record))
            {
                // Of the next part, where parts were joined.
                columns = BillColumns.Read(record);
                continue;
            }

            if (record.Count != columns.Count)
            {
                throw new InvalidDataException($"The record at line {records.Line} has {record.Count} fields, the header {columns.Count}.");
            }

            var day = Day(record[columns.Date]) ?? throw Unreadable(records, columns.Names[columns.Date]);
            (first, last) = (day < first ? day : first, day > last ? day : last);
            if (AzureMeter.Read(record[columns.Meter]) is not { } measured)
            {
                continue;
            }

            var perUnit = AzureMeter.TokensPerUnit(record[columns.Unit]) ?? throw Unreadable(records, columns.Names[columns.Unit]);
            var tokens = Tokens(columns, record, perUnit) ?? throw Unreadable(records, columns.Names[columns.Quantity]);
            var (input, output) = sums.GetValueOrDefault((day, measured.Model));
            sums[(day, measured.Model)] = measured.IsInput ? (input + tokens, output) : (input, output + tokens);
            if (sums.Count > MostFigures)
            {
                throw new InvalidDataException($"The bill names more than {MostFigures} models, counted for each day. Send it in parts.");
            }
        }

        return last < first
            ? throw new InvalidDataException("The bill has a header, and nothing else.")
            : new AzureBill(first, last, [.. sums.Select(s => new ProviderFigures(s.Key.Item1, s.Key.Item2, Whole(s.Value.Input), Whole(s.Value.Output), 0))]);
    }

    private static DateOnly? Day(string text) =>
        DateTime.TryParseExact(
            text, ["yyyy-MM-dd", "MM/dd/yyyy", "M/d/yyyy", "yyyyMMdd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"],
            CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var day)
            ? DateOnly.FromDateTime(day)
            : null;

    /// <summary>
    /// In the FOCUS form one of two quantities counts tokens and the other one blocks of them, by version this one or that: the
    /// smaller counts the blocks.
    /// </summary>
    private static decimal? Tokens(BillColumns columns, IReadOnlyList<string> record, decimal perUnit)
    {
        if (Units(record[columns.Quantity]) is not { } units)
        {
            return null;
        }

        if (columns.OtherQuantity is { } other && Units(record[other]) is { } others && Math.Abs(others) < Math.Abs(units))
        {
            units = others;
        }

        return Math.Abs(units) <= MostTokens / perUnit ? units * perUnit : null;
    }

    private static decimal? Units(string text) =>
        decimal.TryParse(text, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var units) ? units : null;

    /// <summary>A day whose corrections are more than its use has none.</summary>
    private static long Whole(decimal tokens) => (long)Math.Round(Math.Max(0, Math.Min(tokens, MostTokens)), MidpointRounding.AwayFromZero);

    private static InvalidDataException Unreadable(CsvReader records, string column) =>
        new($"In the record at line {records.Line} the value of {column} cannot be read.");
}
