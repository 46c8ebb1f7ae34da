using ChatBot.Functions.Database;
using ChatBot.Shared.Billing;
using Npgsql;
using NpgsqlTypes;

namespace ChatBot.Functions.Billing;

/// <summary>Plans and who is on them, as who has the billing role sees them.</summary>
public sealed class PlanStore(ChatBotDatabase database)
{
    public Task<List<Plan>> List(CancellationToken cancellationToken) =>
        database.All(Caller.Service, Statement.Of(PlanSql.List), ReadPlan, cancellationToken);

    public Task<Plan?> Get(string id, CancellationToken cancellationToken) =>
        database.First(Caller.Service, Statement.Of(PlanSql.Get, Parameter.Text(id)), ReadPlan, cancellationToken);

    /// <exception cref="PostgresException">A model has no price.</exception>
    public async Task Put(string id, Plan plan, CancellationToken cancellationToken)
    {
        await Execute(
            Statement.Of(
                PlanSql.Put,
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
                Parameter.Boolean(plan.StopsAtCap),
                Parameter.Integer(plan.MaxChats),
                Parameter.Integer(plan.MaxMessagesPerChat),
                Parameter.Bigint(plan.MaxStoredBytes)),
            cancellationToken);
        await MakeDefault(id, plan, cancellationToken);
    }

    /// <summary>Changes those members that are named; nothing where there is no such plan.</summary>
    /// <exception cref="PostgresException">A model has no price.</exception>
    public async Task Update(string id, Plan changes, IReadOnlySet<string> named, CancellationToken cancellationToken)
    {
        if (named.Count > 0
            && await Execute(Statement.Of(PlanSql.Update, Parameter.Text(id), Parameter.Json(PlanJson.Write(changes, named))), cancellationToken) > 0)
        {
            await MakeDefault(id, changes, cancellationToken);
        }
    }

    public Task<UserPlan?> GetOfUser(Guid userId, CancellationToken cancellationToken) =>
        database.First(Caller.Service, Statement.Of(PlanSql.GetOfUser, Parameter.Uuid(userId)), ReadUserPlan, cancellationToken);

    /// <summary>False where there is no such plan.</summary>
    /// <exception cref="PostgresException">There is no such user.</exception>
    public async Task<bool> PutOfUser(Guid userId, UserPlan plan, CancellationToken cancellationToken) =>
        await Execute(
            Statement.Of(
                PlanSql.PutOfUser,
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
            cancellationToken) > 0;

    /// <summary>Changes those members that are named. Who has no plan of their own gets the default one with these changes. False where there is no such plan.</summary>
    /// <exception cref="PostgresException">There is no such user.</exception>
    public async Task<bool> UpdateOfUser(Guid userId, UserPlan changes, IReadOnlySet<string> named, CancellationToken cancellationToken) =>
        named.Count == 0
        || await database.One(
            Caller.Service,
            Statement.Of(PlanSql.UpdateOfUser, Parameter.Uuid(userId), Parameter.Json(PlanJson.Write(changes, named))),
            row => row.GetBoolean(0),
            cancellationToken);

    private async Task MakeDefault(string id, Plan plan, CancellationToken cancellationToken)
    {
        if (plan.IsDefault)
        {
            await Execute(Statement.Of(PlanSql.MakeDefault, Parameter.Text(id)), cancellationToken);
        }
    }

    private Task<int> Execute(NpgsqlBatchCommand statement, CancellationToken cancellationToken) =>
        database.Execute(Caller.Service, statement, cancellationToken);

    private static Plan ReadPlan(NpgsqlDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        row.GetBoolean(2),
        row.ValueOrNull<long>(3),
        row.DecimalOrNull(4),
        row.ValueOrNull<long>(5),
        row.ValueOrNull<long>(6),
        row.DecimalOrNull(7),
        row.GetInt32(8),
        row.GetInt32(9),
        row.GetInt32(10),
        row.GetInt32(11),
        row.GetInt32(14),
        row.GetInt32(15),
        row.GetInt64(16),
        row.IsDBNull(12) ? null : row.GetFieldValue<string[]>(12),
        row.GetBoolean(13));

    private static UserPlan ReadUserPlan(NpgsqlDataReader row) => new(
        row.GetString(0),
        row.ValueOrNull<long>(1),
        row.DecimalOrNull(2),
        row.ValueOrNull<long>(3),
        row.ValueOrNull<long>(4),
        row.DecimalOrNull(5),
        row.ValueOrNull<int>(6),
        row.ValueOrNull<int>(7),
        row.ValueOrNull<int>(8),
        row.ValueOrNull<int>(9),
        row.TextOrNull(10));
}
