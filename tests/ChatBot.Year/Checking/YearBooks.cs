using ChatBot.Chaos.Checking;
using Npgsql;

namespace ChatBot.Year.Checking;

/// <summary>What the database holds at the end, whole, as one connection sees it.</summary>
public sealed record YearBooks
{
    public required IReadOnlyList<LedgerRow> Ledger { get; init; }

    /// <summary>Of each user in order.</summary>
    public required IReadOnlyList<PeriodTotals> Periods { get; init; }

    public required IReadOnlyList<DayTotals> Days { get; init; }

    public required IReadOnlyList<StatementRow> Statements { get; init; }

    public required IReadOnlyList<PriceRow> Prices { get; init; }

    public required IReadOnlyList<AlertRow> Alerts { get; init; }

    public required IReadOnlyList<RefusalRow> Refusals { get; init; }

    public required IReadOnlyList<DeploymentRow> Deployment { get; init; }

    /// <summary>What was not settled, recorded or closed.</summary>
    public required IReadOnlyList<string> Unfinished { get; init; }

    public static async Task<YearBooks> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken = default)
    {
        var reader = new BookReader(connection, cancellationToken);
        return new YearBooks
        {
            Ledger = await reader.AllAsync(YearBookSql.Ledger, LedgerRow.Read),
            Periods = await reader.AllAsync(YearBookSql.Periods, PeriodTotals.Read),
            Days = await reader.AllAsync(YearBookSql.Days, DayTotals.Read),
            Statements = await reader.AllAsync(YearBookSql.Statements, StatementRow.Read),
            Prices = await reader.AllAsync(YearBookSql.Prices, PriceRow.Read),
            Alerts = await reader.AllAsync(YearBookSql.Alerts, AlertRow.Read),
            Refusals = await reader.AllAsync(YearBookSql.Refusals, RefusalRow.Read),
            Deployment = await reader.AllAsync(YearBookSql.Deployment, DeploymentRow.Read),
            Unfinished = await reader.AllAsync(YearBookSql.Unfinished, row => row.GetString(0)),
        };
    }
}
