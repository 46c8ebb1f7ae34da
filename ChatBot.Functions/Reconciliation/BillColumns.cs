namespace ChatBot.Functions.Reconciliation;

/// <summary>Where in the records of a bill what is needed stands: in the cost details form by agreement and version, or in the FOCUS form.</summary>
/// <param name="Names">The header.</param>
/// <param name="OtherQuantity">The second quantity of the FOCUS form.</param>
internal sealed record BillColumns(IReadOnlyList<string> Names, int Date, int Meter, int Quantity, int? OtherQuantity, int Unit)
{
    private const string Consumed = "ConsumedQuantity";

    private static readonly string[] s_dates = ["Date", "UsageDate", "UsageDateTime", "ChargePeriodStart"];
    private static readonly string[] s_meters = ["MeterName", "Meter", "x_SkuMeterName", "SkuMeter"];
    private static readonly string[] s_quantities = ["Quantity", "UsageQuantity", "PricingQuantity", Consumed];
    private static readonly string[] s_units = ["UnitOfMeasure", "Unit", "x_PricingUnitDescription"];

    public int Count => Names.Count;

    /// <exception cref="InvalidDataException">A column is not there.</exception>
    public static BillColumns Read(IReadOnlyList<string> header)
    {
        var quantity = Find(header, s_quantities);
        return new BillColumns(
            header,
            Find(header, s_dates),
            Find(header, s_meters),
            quantity,
            Is(header[quantity], "PricingQuantity") ? IndexOf(header, Consumed) : null,
            Find(header, s_units));
    }

    /// <summary>Whether a record is a header, too: no row has these names for its values.</summary>
    public bool IsHeader(IReadOnlyList<string> record) => IndexOf(record, Names[Date]) is not null && IndexOf(record, Names[Meter]) is not null;

    private static int Find(IReadOnlyList<string> header, string[] names) =>
        names.Select(name => IndexOf(header, name)).FirstOrDefault(column => column is not null)
        ?? throw new InvalidDataException($"The header names no column {string.Join(" or ", names)}.");

    private static int? IndexOf(IReadOnlyList<string> header, string name)
    {
        for (var column = 0; column < header.Count; column++)
        {
            if (Is(header[column], name))
            {
                return column;
            }
        }

        return null;
    }

    // Headers differ in case.
    private static bool Is(string field, string name) => field.AsSpan().Trim().Equals(name, StringComparison.OrdinalIgnoreCase);
}
