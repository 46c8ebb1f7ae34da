using ChatBot.Functions.Billing;
using ChatBot.Functions.Completions;
using ChatBot.Functions.Maintenance;
using ChatBot.Functions.Models;
using ChatBot.Functions.Usage;
using Npgsql;
using NpgsqlTypes;

namespace ChatBot.Scale;

/// <summary>The statements that sends, readers, reports and the timer run, in an order in which each finds what it needs.</summary>
public static class HotPath
{
    private const string Models = """[{"name":"gpt-4o","context":128000,"maxOutput":4096},{"name":"gpt-4o-mini","context":128000,"maxOutput":4096}]""";

    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_lifetime = TimeSpan.FromMinutes(25);

    /// <summary>For one user, who is one of many.</summary>
    /// <param name="month">The month that is reported on.</param>
    public static IEnumerable<HotStatement> Of(Guid userId, Guid chatId, DateTime month)
    {
        var (answer, message) = (Guid.NewGuid(), Guid.NewGuid());
        yield return User("estimate", CompletionSql.Estimate, chatId, 5, 20, Text(null), Json(Models));
        yield return User(
            "begin_completion",
            CompletionSql.Begin,
            answer, chatId, false, "submit-message", message, false, Text(null), "How are you?", 12, Text(null), Json(Models), $"key {message}", new byte[] { 1 },
            TimeSpan.FromMinutes(1), Integer(null), s_lease, s_lifetime, Text(null));
        yield return User("standing", UsageSql.Standing);
        yield return User("my_refusals", UsageSql.MyRefusals, DateOnly.FromDateTime(month));
        yield return Service(
            "append_deltas",
            CompletionSql.AppendDeltas,
            new[] { answer }, new[] { 1 }, new[] { true }, new[] { answer }, new[] { 0 }, new[] { "Fine" }, new[] { 0 }, s_lease);
        yield return User("read_answer", CompletionSql.ReadAnswer, answer, 0);
        yield return User("find_live_completion", CompletionSql.FindLive, chatId);
        yield return Service("cancel_blocked", MaintenanceSql.StopBlocked);
        yield return Service(
            "finish_completion",
            CompletionSql.Finish,
            answer, 1, false, "finished", "stop", Text(null), Array.Empty<string>(), true, 4, ", thanks.", 12, 0, 0, 5, 0, "reported", Json(null), Json("{}"), DateTime.UtcNow);
        yield return Service("persist_message", CompletionSql.Persist, answer);
        yield return Service("record_usage", UsageSql.Record, answer, Integer(null), Integer(null));
        yield return User("my_events", UsageSql.MyEvents, Time(null), Id(null), 30);
        yield return User("my_daily", UsageSql.MyDaily, DateOnly.FromDateTime(month), DateOnly.FromDateTime(month.AddDays(30)));
        yield return User("allowed_models", ModelSql.Allowed, [new[] { "gpt-4o", "gpt-4o-mini" }]);
        yield return Service("sweep_completions", MaintenanceSql.Sweep, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(5), 100);
        yield return Service("release_reservations", MaintenanceSql.ReleaseReservations);
        yield return Service("record_refusals", UsageSql.RecordRefusals, Json($$"""
            [{"userId": "{{userId}}", "kind": "cap", "cap": "tokens", "count": 2, "firstSecondsAgo": 1, "lastSecondsAgo": 0,
              "limit": 1000000, "used": 999999, "startsAt": "{{month:O}}", "resetsAt": "{{month.AddMonths(1):O}}"}]
            """));
        yield return Service("close_periods, 500", BillingSql.ClosePeriods, TimeSpan.FromHours(24), 500, Text(null)) with { Returns = 500 };
        yield return Service("review_plan, 5,000", MaintenanceSql.ReviewPlan, "free", Guid.Empty, 5000) with { Returns = 5000 };
        yield return Service("statements of a user", BillingSql.Statements, userId, DateTime.MaxValue.AddDays(-1), 31);
        yield return Service("users of a month", PeriodUserSql.List, month, userId, month.AddMonths(1), 30) with { Returns = 31 };
        yield return Service("report: a page", BillingSql.ReportedPeriods, month.AddMonths(1), month, userId, 5000) with { Returns = 5000 };
        yield return Service("report: a day", BillingSql.ReportedDay, DateOnly.FromDateTime(month).AddDays(3)) with { Returns = int.MaxValue };

        HotStatement User(string name, string sql, params object[] parameters) => new(name, sql, userId, [.. parameters.Select(Parameter)]);
    }

    private static HotStatement Service(string name, string sql, params object[] parameters) => new(name, sql, null, [.. parameters.Select(Parameter)]);

    private static NpgsqlParameter Parameter(object value) => value as NpgsqlParameter ?? new NpgsqlParameter { Value = value };

    private static NpgsqlParameter Text(string? value) => Of(value, NpgsqlDbType.Text);

    private static NpgsqlParameter Json(string? value) => Of(value, NpgsqlDbType.Jsonb);

    private static NpgsqlParameter Integer(int? value) => Of(value, NpgsqlDbType.Integer);

    private static NpgsqlParameter Time(DateTime? value) => Of(value, NpgsqlDbType.TimestampTz);

    private static NpgsqlParameter Id(Guid? value) => Of(value, NpgsqlDbType.Uuid);

    private static NpgsqlParameter Of(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}

/// <param name="UserId">Null for the service.</param>
public sealed record HotStatement(string Name, string Sql, Guid? UserId, IReadOnlyList<NpgsqlParameter> Parameters)
{
    /// <summary>How many rows of what grows it is about.</summary>
    public int Returns { get; init; } = 30;
}
