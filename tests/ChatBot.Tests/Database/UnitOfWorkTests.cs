using System.Diagnostics;
using System.Runtime.CompilerServices;
using ChatBot.Functions.Database;
using ChatBot.Functions.Settings;
using ChatBot.Tests.Stack;
using Npgsql;
using Xunit;

namespace ChatBot.Tests.Database;

public sealed class UnitOfWorkTests(TestStack stack)
{
    private const string WhoAmI = "select current_user || ' ' || coalesce(auth.uid()::text, '') || ' ' || pg_backend_pid()";
    private const string Session = "select current_user || ' ' || coalesce(current_setting('request.jwt.claims', true), '') || ' ' || current_setting('statement_timeout')";

    [Fact]
    public async Task A_statement_runs_as_the_callers_role_with_the_callers_claims()
    {
        await using var database = Connect();
        var user = await stack.NewAccount();

        Assert.StartsWith($"authenticated {user} ", await Ask(database, Of(user), Statement.Of(WhoAmI)), StringComparison.Ordinal);
        Assert.StartsWith("service_role  ", await Ask(database, Caller.Service, Statement.Of(WhoAmI)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_of_the_caller_stays_in_the_session()
    {
        await using var database = Connect(poolSize: 1);
        var fresh = await AskSession(database);

        var during = await Ask(database, Of(await stack.NewAccount()), Statement.Of(WhoAmI));
        var after = await AskSession(database);

        Assert.Equal(fresh, after);
        Assert.StartsWith("authenticator  ", after.Settings, StringComparison.Ordinal);
        Assert.EndsWith($" {after.Process}", during, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_of_the_caller_stays_in_the_session_after_an_error_either()
    {
        await using var database = Connect(poolSize: 1);
        var fresh = await AskSession(database);

        await Assert.ThrowsAsync<PostgresException>(async () => await Ask(database, Of(await stack.NewAccount()), Statement.Of("select (1 / 0)::text")));

        Assert.Equal(fresh, await AskSession(database));
    }

    [Fact]
    public async Task Callers_who_share_connections_never_see_each_others_claims()
    {
        await using var database = Connect(poolSize: 2);
        var users = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => stack.NewAccount()));

        await Task.WhenAll(Enumerable.Range(0, 400).Select(async n =>
        {
            var user = users[n % users.Length];
            Assert.StartsWith($"authenticated {user} ", await Ask(database, Of(user), Statement.Of(WhoAmI)), StringComparison.Ordinal);
        }));
    }

    [Fact]
    public async Task An_error_takes_back_all_that_the_statement_did()
    {
        await using var database = Connect(poolSize: 1);
        var user = await stack.NewUser();

        // The rows that were read before say nothing: the error comes with the last one.
        var insert = Statement.Of(
            "insert into public.chats (title) select 'chat ' || n from generate_series(1, 500) n returning (1 / (500 - right(title, -5)::integer))::text");
        var error = await Assert.ThrowsAsync<PostgresException>(() => Ask(database, Of(user.Id), insert));

        Assert.Equal(PostgresErrorCodes.DivisionByZero, error.SqlState);
        Assert.Equal(0L, await stack.Scalar<long>("select count(*) from public.chats where user_id = $1", user.Id));
    }

    [Fact]
    public async Task What_a_statement_did_is_there_when_it_returns()
    {
        await using var database = Connect();
        var user = await stack.NewUser();

        var rows = await database.Execute(
            Of(user.Id), Statement.Of("insert into public.chats (title) values ('a'), ('b')"), TestContext.Current.CancellationToken);

        Assert.Equal(2, rows);
        Assert.Equal(2L, await stack.Scalar<long>("select count(*) from public.chats where user_id = $1", user.Id));
    }

    [Fact]
    public async Task A_statement_that_takes_too_long_is_ended_by_the_server()
    {
        await using var database = Connect(statementTimeout: 1);
        var watch = Stopwatch.StartNew();

        var error = await Assert.ThrowsAsync<PostgresException>(async () => await Ask(database, Of(await stack.NewAccount()), Statement.Of("select pg_sleep(20)::text")));

        Assert.Equal(PostgresErrorCodes.QueryCanceled, error.SqlState);
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_caller_who_leaves_gives_the_connection_back()
    {
        await using var database = Connect(poolSize: 1);
        using var leave = new CancellationTokenSource();

        var asleep = database.First(Of(await stack.NewAccount()), Statement.Of("select pg_sleep(20)::text"), row => row.GetString(0), leave.Token);
        await stack.WaitUntil("select exists (select from pg_stat_activity where query like 'select pg_sleep(20)%' and application_name = $1)", Name);
        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asleep);
        Assert.StartsWith("service_role", await Ask(database, Caller.Service, Statement.Of(WhoAmI)), StringComparison.Ordinal);
    }

    private string Name { get; } = $"unit {Guid.NewGuid()}";

    private ChatBotDatabase Connect(int poolSize = 10, int statementTimeout = 5) => new(new DatabaseSettings(
        new NpgsqlConnectionStringBuilder(stack.Local.Postgres.ConnectionString("authenticator"))
        {
            MaxPoolSize = poolSize,
            NoResetOnClose = true,
            ApplicationName = Name,
        }.ConnectionString,
        TimeSpan.FromSeconds(statementTimeout)));

    private static Caller Of(Guid user) => new("authenticated", $$"""{"sub":"{{user}}","role":"authenticated"}""");

    private static async Task<string> Ask(ChatBotDatabase database, Caller caller, NpgsqlBatchCommand statement) =>
        (await database.First(caller, statement, row => row.GetString(0), TestContext.Current.CancellationToken))!;

    /// <summary>What a session of the pool holds outside of any unit of work.</summary>
    private static async Task<(string Settings, int Process)> AskSession(ChatBotDatabase database)
    {
        await using var connection = await SourceOf(database).Value.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(Session, connection);
        return ((string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!, connection.ProcessID);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_source")]
    private static extern ref Lazy<NpgsqlDataSource> SourceOf(ChatBotDatabase database);
}
