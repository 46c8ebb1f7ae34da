using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Local;
using ChatBot.Tests.Stack;
using Npgsql;
using Xunit;

namespace ChatBot.EndToEndTests.Pooler;

/// <summary>A pooler hands each transaction another session: nothing may be kept in one, nor be found there.</summary>
[Collection(PoolerCollection.Name)]
public sealed class PoolerTests(PooledProgram pooled)
{
    private const int Clients = 60;

    // The sessions of the pooler alone: the tests have another role.
    private const string CountSessions = "select count(*) from pg_catalog.pg_stat_activity a where a.usename = 'authenticator'";

    private const string WhatIsKept = """
        select concat_ws(
          ', ',
          nullif('role ' || current_user, 'role authenticator'),
          nullif('claims ' || current_setting('request.jwt.claims', true), 'claims '),
          (select nullif(s.setting, s.reset_val) from pg_catalog.pg_settings s where s.name = 'statement_timeout'),
          (select string_agg('prepared ' || p.statement, ', ') from pg_catalog.pg_prepared_statements p),
          (select string_agg('cursor ' || c.name, ', ') from pg_catalog.pg_cursors c where c.name <> ''),
          (select string_agg('lock ' || l.objid, ', ') from pg_catalog.pg_locks l where l.locktype = 'advisory' and l.pid = pg_backend_pid()),
          (select string_agg('channel ' || c.name, ', ') from pg_listening_channels() c (name)),
          (select string_agg('table ' || t.relname, ', ') from pg_catalog.pg_class t where t.relnamespace = pg_my_temp_schema())
        ),
        pg_backend_pid()
        """;

    [Fact]
    public async Task Many_connections_of_the_program_share_few_sessions()
    {
        await using var app = await pooled.Start("shared", ("Database__PoolSize", $"{Clients}"), ("Database__PoolWaitSeconds", "15"));
        var users = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => pooled.NewUser(new Uri(app.BaseUrl))));

        var answers = await Task.WhenAll(users.Select(user => user.Post("/api/chat", ConcurrentUsers.Body(Guid.NewGuid().ToString(), "Go. [[tokens=20 delay=20ms]]"))));

        Assert.All(answers, answer => EventStreamText.Parse(answer.Is(HttpStatusCode.OK).Body));
        await using var count = pooled.Database.CreateCommand(CountSessions);
        Assert.InRange((long)(await count.ExecuteScalarAsync(TestContext.Current.CancellationToken))!, 2, PgBouncerServer.Sessions);
    }

    [Fact]
    public async Task A_session_keeps_nothing_of_a_transaction()
    {
        await using var app = await pooled.Start("left-behind");
        var user = await pooled.NewUser(new Uri(app.BaseUrl));
        for (var i = 0; i < 3; i++)
        {
            (await user.Post("/api/chat", ConcurrentUsers.Body($"chat {i}", "Go. [[tokens=5]]"))).Is(HttpStatusCode.OK);
            (await user.Patch("/api/preferences", new JsonObject { ["theme"] = "dark" })).Is(HttpStatusCode.OK);
            (await user.Get("/api/usage")).Is(HttpStatusCode.OK);
        }

        var kept = await EachSession();

        Assert.Equal(PgBouncerServer.Sessions, kept.Count);
        Assert.All(kept.Values, Assert.Empty);
    }

    /// <summary>What sessions hold, by their process: all of them, since each is held while the next is asked for.</summary>
    private async Task<Dictionary<int, string>> EachSession()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var source = NpgsqlDataSource.Create(pooled.Stack.Pooler.ConnectionString());
        var held = new Stack<IAsyncDisposable>();
        var kept = new Dictionary<int, string>();
        while (kept.Count < PgBouncerServer.Sessions)
        {
            var connection = await source.OpenConnectionAsync(cancellationToken);
            held.Push(connection);
            held.Push(await connection.BeginTransactionAsync(cancellationToken));
            await using var command = new NpgsqlCommand(WhatIsKept, connection);
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            await row.ReadAsync(cancellationToken);
            kept.Add(row.GetInt32(1), row.GetString(0));
        }

        while (held.TryPop(out var last))
        {
            await last.DisposeAsync();
        }

        return kept;
    }
}
