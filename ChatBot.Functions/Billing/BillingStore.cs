using System.Globalization;
using System.Text.Json;
using ChatBot.Functions.Database;
using ChatBot.Functions.Http;
using ChatBot.Shared.Billing;
using Npgsql;

namespace ChatBot.Functions.Billing;

/// <summary>Prices, statements and dead letters, as who has the billing role sees them.</summary>
public sealed class BillingStore(ChatBotDatabase database)
{
    public Task<List<Price>> Prices(CancellationToken cancellationToken) => All(Statement.Of(BillingSql.Prices), ReadPrice, cancellationToken);

    /// <exception cref="PostgresException">It is in the past or in another currency.</exception>
    public async Task<Price> AddPrice(Price price, CancellationToken cancellationToken) =>
        (await database.First(
            Caller.Service,
            Statement.Of(
                BillingSql.AddPrice,
                Parameter.Uuid(price.Id ?? Guid.CreateVersion7()),
                Parameter.Text(price.Model),
                Parameter.Time(price.ValidFrom),
                Parameter.Number(price.Input),
                Parameter.Number(price.CachedInput),
                Parameter.Number(price.CacheWrite),
                Parameter.Number(price.Output),
                Parameter.Number(price.Reasoning),
                Parameter.Text(price.Currency)),
            ReadPrice,
            cancellationToken))!;

    public async Task<DeploymentLimits> DeploymentLimits(CancellationToken cancellationToken) =>
        (await database.First(
            Caller.Service,
            Statement.Of(BillingSql.DeploymentLimits),
            row => new DeploymentLimits(row.ValueOrNull<long>(0), row.DecimalOrNull(1), row.ValueOrNull<int>(2), row.ValueOrNull<int>(3)),
            cancellationToken))!;

    public Task LimitDeployment(DeploymentLimits limits, CancellationToken cancellationToken) =>
        Execute(
            Statement.Of(
                BillingSql.LimitDeployment,
                Parameter.Bigint(limits.TokenCap),
                Parameter.Number(limits.CostCap),
                Parameter.Integer(limits.RequestsPerMinute),
                Parameter.Integer(limits.ConcurrentStreams)),
            cancellationToken);

    /// <summary>Newest first, those of before <paramref name="before"/>.</summary>
    public Task<JsonPage<BilledStatement>> Statements(Guid userId, DateTimeOffset before, int limit, CancellationToken cancellationToken) =>
        database.Page(
            Caller.Service,
            Statement.Of(BillingSql.Statements, Parameter.Uuid(userId), Parameter.Time(before), Parameter.Integer(limit)),
            new PageShape<BilledStatement>(
                ChatBotJson.Default.BilledStatement,
                row => new(row.Time(0), row.GetString(1), row.GetBoolean(2), row.Time(3), JsonElement.Parse(row.GetString(4))),
                last => Paging.Cursor(last.PeriodStart, userId),
                limit),
            cancellationToken);

    public Task<JsonPage<DeadLetter>> DeadLetters(DateTimeOffset? before, Guid? beforeId, int limit, CancellationToken cancellationToken) =>
        database.Page(
            Caller.Service,
            Statement.Of(BillingSql.DeadLetters, Parameter.Time(before), Parameter.Uuid(beforeId), Parameter.Integer(limit)),
            new PageShape<DeadLetter>(ChatBotJson.Default.DeadLetter, ReadDeadLetter, last => Paging.Cursor(last.CreatedAt, last.Id), limit),
            cancellationToken);

    public Task<DeadLetter?> DeadLetter(Guid id, CancellationToken cancellationToken) =>
        database.First(Caller.Service, Statement.Of(BillingSql.DeadLetter, Parameter.Uuid(id)), ReadDeadLetter, cancellationToken);

    public Task MarkRedriven(Guid id, CancellationToken cancellationToken) =>
        Execute(Statement.Of(BillingSql.MarkRedriven, Parameter.Uuid(id)), cancellationToken);

    /// <summary>Newest first, those of before <paramref name="before"/>.</summary>
    public Task<JsonPage<ArchivedPeriod>> ArchivedPeriods(DateTimeOffset? before, int limit, CancellationToken cancellationToken) =>
        database.Page(
            Caller.Service,
            Statement.Of(BillingSql.ArchivedPeriods, Parameter.Time(before), Parameter.Integer(limit)),
            new PageShape<ArchivedPeriod>(ChatBotJson.Default.ArchivedPeriod, ReadArchivedPeriod, last => Paging.Cursor(MonthOf(last), Guid.Empty), limit),
            cancellationToken);

    /// <summary>Null where the month is not archived.</summary>
    public Task<ArchivedPeriod?> ArchivedPeriod(DateTime month, CancellationToken cancellationToken) =>
        database.First(
            Caller.Service, Statement.Of(BillingSql.ArchivedPeriod, Parameter.Date(DateOnly.FromDateTime(month))), ReadArchivedPeriod, cancellationToken);

    private Task<List<T>> All<T>(NpgsqlBatchCommand statement, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) =>
        database.All(Caller.Service, statement, read, cancellationToken);

    private Task<int> Execute(NpgsqlBatchCommand statement, CancellationToken cancellationToken) =>
        database.Execute(Caller.Service, statement, cancellationToken);

    private static Price ReadPrice(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.Time(2), row.Decimal(3), row.Decimal(4), row.Decimal(5), row.Decimal(6), row.Decimal(7),
        row.GetString(8));

    private static ArchivedPeriod ReadArchivedPeriod(NpgsqlDataReader row) => new(
        row.GetString(0), JsonSerializer.Deserialize(row.GetString(1), ChatBotJson.Default.ArchivedFileArray)!, row.Time(2));

    private static DateTimeOffset MonthOf(ArchivedPeriod period) =>
        DateTimeOffset.ParseExact(period.Month, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static DeadLetter ReadDeadLetter(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3), row.ValueOrNull<int>(4), row.TextOrNull(5), row.Time(6), row.TimeOrNull(7));
}
