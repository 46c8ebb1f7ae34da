using System.Diagnostics.CodeAnalysis;
using ChatBot.Functions.Billing;
using ChatBot.Functions.Completions;
using ChatBot.Functions.Usage;
using Npgsql;
using NpgsqlTypes;
using Xunit;

namespace ChatBot.Tests.Usage;

/// <summary>A connection that lives at a moment of its own, and says to the database what the program says.</summary>
public sealed class BillingSession(NpgsqlConnection connection) : IAsyncDisposable
{
    public const string Model = "gpt-4o";

    public int ProcessId => connection.ProcessID;

    /// <summary>From here on it is then; null is by the clock.</summary>
    /// <param name="runs">Whether time goes on from there, or stands still.</param>
    public Task Travel(string? moment, bool runs = false) => Execute(
        """
        select set_config('test.clock', $1, false),
          set_config('test.clock_runs_since', case when $2 then clock_timestamp()::text else '' end, false)
        """,
        moment ?? "", runs);

    public Task Limit(Guid user, UserLimits limits) => Execute(
        """
        insert into billing.user_plans (
          user_id, plan_id, token_cap, cost_cap, own_key_token_cap, daily_token_cap, daily_cost_cap, period_anchor_day, max_output_tokens,
          blocked_reason, requests_per_minute, concurrent_streams
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1000000, 1000)
        on conflict (user_id) do update
        set plan_id = excluded.plan_id,
            token_cap = excluded.token_cap,
            cost_cap = excluded.cost_cap,
            own_key_token_cap = excluded.own_key_token_cap,
            daily_token_cap = excluded.daily_token_cap,
            daily_cost_cap = excluded.daily_cost_cap,
            period_anchor_day = excluded.period_anchor_day,
            max_output_tokens = excluded.max_output_tokens,
            blocked_reason = excluded.blocked_reason
        """,
        user, limits.Plan, limits.Tokens, limits.Cost, limits.OwnKeyTokens, limits.DailyTokens, limits.DailyCost, (short?)limits.AnchorDay,
        limits.MaxOutput, limits.Blocked);

    /// <summary>Sends a message of so many tokens at the most, in a chat of its own unless another is named: 16 more are the prompt.</summary>
    public async Task<Admitted> Admit(Guid user, int tokens = 4, Guid? chat = null, string model = Model, bool takesOwnKey = false, Guid? id = null)
    {
        await Execute("select set_config('request.jwt.claims', $1, false)", $$"""{"sub":"{{user}}","role":"authenticated"}""");
        await using var command = Command(
            CompletionSql.Begin, id ?? Guid.CreateVersion7(), chat ?? Guid.NewGuid(), true, "submit-message", Guid.NewGuid(), false, null, "Hi", tokens, model,
            null, null, null, null, null, TimeSpan.FromDays(1), TimeSpan.FromDays(1), null);
        command.Parameters[10] = new() { Value = Models(model, takesOwnKey), NpgsqlDbType = NpgsqlDbType.Jsonb };
        await using var row = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        Assert.True(await row.ReadAsync(TestContext.Current.CancellationToken));
        return new Admitted(row.GetGuid(0), row.GetInt32(3), row.GetString(4), row.GetInt32(5), row.GetDecimal(6));
    }

    /// <summary>A further call, after one that was taken and gave no token.</summary>
    public async Task<Admitted?> Retry(Guid completion, string model = Model, bool wasCalled = true, int maxOutput = 4096, int context = 128_000)
    {
        await using var command = Command(CompletionSql.BeginAttempt, completion, 1, Guid.CreateVersion7(), wasCalled, model, context, maxOutput);
        await using var row = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        return await row.ReadAsync(TestContext.Current.CancellationToken)
            ? new Admitted(row.GetGuid(0), row.GetInt32(3), row.GetString(4), row.GetInt32(5), row.GetDecimal(6))
            : null;
    }

    /// <summary>Ends a call as its instance does, or, late, as what waited in the storage account does.</summary>
    public async Task<bool> End(
        Guid completion, (int Input, int Output)? reported, bool wasCalled = true, bool isLate = false, string state = "finished") =>
        await Scalar<string>(
            CompletionSql.Finish, completion, 1, isLate, state, "stop", null, Array.Empty<string>(), wasCalled, 0, "So be it.",
            reported?.Input, reported is null ? null : 0, reported is null ? null : 0, reported?.Output, reported is null ? null : 0, reported is null ? null : "reported", null, null, null) is not null;

    /// <summary>Nobody writes it any more, and somebody noticed.</summary>
    public Task Interrupt(Guid completion) => Execute(
        """
        update chatbot.completions
        set state = 'interrupted', lease_epoch = 2, ended_at = clock_timestamp()
        where id = $1 and state in ('admitted', 'streaming')
        """,
        completion);

    /// <summary>A key of the user's own, which a call takes where its model does.</summary>
    public Task PutKey(Guid user) => Execute(
        """
        insert into chatbot.provider_keys (id, user_id, ciphertext, nonce, key_version, last_four)
        values (gen_random_uuid(), $1, decode(repeat('00', 17), 'hex'), decode(repeat('00', 12), 'hex'), 1, 'abcd')
        """,
        user);

    /// <summary>Stores the answer and writes its usage; the counts are for what was not reported.</summary>
    public async Task<string?> Record(Guid completion, int countedInput = 7, int countedOutput = 3)
    {
        await Execute(CompletionSql.Persist, completion);
        return await Scalar<string>(UsageSql.Record, completion, countedInput, countedOutput);
    }

    /// <summary>A call from its admission to its ledger row.</summary>
    public async Task<Guid> Use(Guid user, int input, int output)
    {
        var admitted = await Admit(user);
        await Settle(admitted.Id, input, output);
        return admitted.Id;
    }

    public async Task Settle(Guid completion, int input, int output)
    {
        Assert.True(await End(completion, (input, output)));
        Assert.Equal("recorded", await Record(completion));
    }

    /// <summary>Closes what has been over for a day.</summary>
    public Task<int> Close() => Scalar<int>(BillingSql.ClosePeriods, TimeSpan.FromDays(1), 1000, (string?)null);

    public async Task<T?> Scalar<T>(string sql, params object?[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) is T value ? value : default;
    }

    /// <summary>The first column, in order.</summary>
    public async Task<List<T>> Column<T>(string sql, params object?[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var row = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var values = new List<T>();
        while (await row.ReadAsync(TestContext.Current.CancellationToken))
        {
            values.Add(row.GetFieldValue<T>(0));
        }

        return values;
    }

    public async Task Execute(string sql, params object?[] parameters)
    {
        await using var command = Command(sql, parameters);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public async Task<NpgsqlTransaction> BeginTransaction() => await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private static string Models(string model, bool takesOwnKey) =>
        $$"""[{"name":"{{model}}","context":128000,"maxOutput":4096,"ownKey":{{(takesOwnKey ? "true" : "false")}}}]""";

    [SuppressMessage("Security", "CA2100", Justification = "The statements are the tests' and the program's own.")]
    private NpgsqlCommand Command(string sql, params object?[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter ?? DBNull.Value });
        }

        return command;
    }
}
