using System.Text.Json;
using ChatBot.Functions.Database;
using ChatBot.Functions.Http;
using ChatBot.Shared;
using ChatBot.Shared.Billing;
using Npgsql;
using NpgsqlTypes;

namespace ChatBot.Functions.Billing;

/// <summary>Plans, prices, statements and dead letters, as who has the billing role sees them.</summary>
public sealed class BillingStore(ChatBotDatabase database)
{
    public Task<List<Plan>> Plans(CancellationToken cancellation) => All(Statement.Of(BillingSql.Plans), ReadPlan, cancellation);

    public Task<Plan?> Plan(string id, CancellationToken cancellation) =>
        database.First(Caller.Service, Statement.Of(BillingSql.Plan, Parameter.Text(id)), ReadPlan, cancellation);

    /// <exception cref="PostgresException">A model has no price.</exception>
    public async Task PutPlan(string id, Plan plan, CancellationToken cancellation)
    {
        await Execute(
            Statement.Of(
                BillingSql.PutPlan,
                Parameter.Text(id),
                Parameter.Text(plan.Name),
                Parameter.Bigint(plan.TokenCap),
                Parameter.Number(plan.CostCap),
                Parameter.Bigint(plan.OwnKeyTokenCap),
                Parameter.Bigint(plan.DailyTokenCap),
                Parameter.Number(plan.DailyCostCap),
                Parameter.Integer(plan.PeriodAnchorDay),
                Parameter.Integer(plan.RequestsPerMinute),
                Parameter.Integer(plan.ConcurrentStreams),
                Parameter.Integer(plan.MaxOutputTokens),
                Parameter.Array(plan.ModelsAllowed?.ToArray(), NpgsqlDbType.Text),
                Parameter.Boolean(plan.StopsAtCap)),
            cancellation);
        if (plan.IsDefault)
        {
            await Execute(Statement.Of(BillingSql.MakeDefault, Parameter.Text(id)), cancellation);
        }
    }

    public Task<UserPlan?> UserPlan(Guid userId, CancellationToken cancellation) =>
        database.First(
            Caller.Service,
            Statement.Of(BillingSql.UserPlan, Parameter.Uuid(userId)),
            row => new UserPlan(
                row.GetString(0),
                row.ValueOrNull<long>(1),
                row.ValueOrNull<decimal>(2),
                row.ValueOrNull<long>(3),
                row.ValueOrNull<long>(4),
                row.ValueOrNull<decimal>(5),
                row.ValueOrNull<int>(6),
                row.ValueOrNull<int>(7),
                row.ValueOrNull<int>(8),
                row.ValueOrNull<int>(9),
                row.TextOrNull(10)),
            cancellation);

    /// <summary>False where there is no such plan.</summary>
    public async Task<bool> PutUserPlan(Guid userId, UserPlan plan, CancellationToken cancellation) =>
        await Execute(
            Statement.Of(
                BillingSql.PutUserPlan,
                Parameter.Uuid(userId),
                Parameter.Text(plan.PlanId),
                Parameter.Bigint(plan.TokenCap),
                Parameter.Number(plan.CostCap),
                Parameter.Bigint(plan.OwnKeyTokenCap),
                Parameter.Bigint(plan.DailyTokenCap),
                Parameter.Number(plan.DailyCostCap),
                Parameter.Integer(plan.PeriodAnchorDay),
                Parameter.Integer(plan.RequestsPerMinute),
                Parameter.Integer(plan.ConcurrentStreams),
                Parameter.Integer(plan.MaxOutputTokens),
                Parameter.Text(plan.BlockedReason)),
            cancellation) > 0;

    public Task<List<Price>> Prices(CancellationToken cancellation) => All(Statement.Of(BillingSql.Prices), ReadPrice, cancellation);

    /// <exception cref="PostgresException">It is in the past or in another currency.</exception>
    public async Task<Price> AddPrice(Price price, CancellationToken cancellation) =>
        (await database.First(
            Caller.Service,
            Statement.Of(
                BillingSql.AddPrice,
                Parameter.Uuid(price.Id ?? Guid.CreateVersion7()),
                Parameter.Text(price.Model),
                Parameter.Time(price.ValidFrom),
                Parameter.Number(price.Input),
                Parameter.Number(price.CachedInput),
                Parameter.Number(price.Output),
                Parameter.Number(price.Reasoning),
                Parameter.Text(price.Currency)),
            ReadPrice,
            cancellation))!;

    public async Task<DeploymentLimits> DeploymentLimits(CancellationToken cancellation) =>
        (await database.First(
            Caller.Service,
            Statement.Of(BillingSql.DeploymentLimits),
            row => new DeploymentLimits(row.ValueOrNull<long>(0), row.ValueOrNull<decimal>(1), row.ValueOrNull<int>(2), row.ValueOrNull<int>(3)),
            cancellation))!;

    public Task LimitDeployment(DeploymentLimits limits, CancellationToken cancellation) =>
        Execute(
            Statement.Of(
                BillingSql.LimitDeployment,
                Parameter.Bigint(limits.TokenCap),
                Parameter.Number(limits.CostCap),
                Parameter.Integer(limits.RequestsPerMinute),
                Parameter.Integer(limits.ConcurrentStreams)),
            cancellation);

    /// <summary>Newest first, those of before <paramref name="before"/>.</summary>
    public Task<List<BilledStatement>> Statements(Guid userId, DateTimeOffset before, int limit, CancellationToken cancellation) =>
        All(
            Statement.Of(BillingSql.Statements, Parameter.Uuid(userId), Parameter.Time(before), Parameter.Integer(limit)),
            row => new BilledStatement(
                row.Time(0), row.GetString(1), row.GetBoolean(2), row.Time(3), JsonElement.Parse(row.GetString(4))),
            cancellation);

    public async Task<Page<DeadLetter>> DeadLetters(DateTimeOffset? before, Guid? beforeId, int limit, CancellationToken cancellation)
    {
        var found = await All(
            Statement.Of(BillingSql.DeadLetters, Parameter.Time(before), Parameter.Uuid(beforeId), Parameter.Integer(limit)), ReadDeadLetter, cancellation);
        return Paging.Page(found, limit, last => Paging.Cursor(last.CreatedAt, last.Id));
    }

    public Task<DeadLetter?> DeadLetter(Guid id, CancellationToken cancellation) =>
        database.First(Caller.Service, Statement.Of(BillingSql.DeadLetter, Parameter.Uuid(id)), ReadDeadLetter, cancellation);

    public Task MarkRedriven(Guid id, CancellationToken cancellation) =>
        Execute(Statement.Of(BillingSql.MarkRedriven, Parameter.Uuid(id)), cancellation);

    private Task<List<T>> All<T>(NpgsqlBatchCommand statement, Func<NpgsqlDataReader, T> read, CancellationToken cancellation) =>
        database.All(Caller.Service, statement, read, cancellation);

    private Task<int> Execute(NpgsqlBatchCommand statement, CancellationToken cancellation) =>
        database.Execute(Caller.Service, statement, cancellation);

    private static Plan ReadPlan(NpgsqlDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        row.GetBoolean(2),
        row.ValueOrNull<long>(3),
        row.ValueOrNull<decimal>(4),
        row.ValueOrNull<long>(5),
        row.ValueOrNull<long>(6),
        row.ValueOrNull<decimal>(7),
        row.GetInt32(8),
        row.GetInt32(9),
        row.GetInt32(10),
        row.GetInt32(11),
        row.IsDBNull(12) ? null : row.GetFieldValue<string[]>(12),
        row.GetBoolean(13));

    private static Price ReadPrice(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.Time(2), row.GetDecimal(3), row.GetDecimal(4), row.GetDecimal(5), row.GetDecimal(6), row.GetString(7));

    private static DeadLetter ReadDeadLetter(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3), row.ValueOrNull<int>(4), row.Time(5), row.TimeOrNull(6));
}
