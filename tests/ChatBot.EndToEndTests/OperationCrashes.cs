using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Local;
using ChatBot.Tests.Stack;
using Npgsql;
using Xunit;

namespace ChatBot.EndToEndTests;

/// <summary>Long operations while what does them is killed, on servers of their own.</summary>
public abstract class OperationCrashes(PublishedProgram published) : IAsyncLifetime
{
    private const int Messages = 100_000;
    private const int Chats = 20;
    private const int Users = 10_000;

    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("chatbot-operations-");
    private NpgsqlDataSource _database = null!;

    protected LocalStack Stack { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Stack = await LocalStack.StartAsync(
            new StackOptions(_directory.FullName) { Durable = false, Program = published.Program }, TestContext.Current.CancellationToken);
        _database = NpgsqlDataSource.Create(Stack.Postgres.ConnectionString());
        await StartProgram();
    }

    [Fact]
    public async Task An_erasure_and_the_closing_of_a_month_survive_three_kills_of_the_program_and_two_of_the_task_hub()
    {
        var user = await NewUser();
        var finance = await NewUser(new() { ["chatbot_role"] = "billing" });
        await Fill(user.Id);
        // The timer begins it.
        await Until(() => HasDone("close_period", "periods", 1));
        var begun = (await user.Delete("/api/me")).Is(HttpStatusCode.Accepted);
        var erasure = begun.Headers["Location"];

        foreach (var (erased, kill, isClosing) in new (int Erased, Func<Task> Kill, bool IsClosing)[]
        {
            (1, KillProgram, true), (10_000, KillTaskHub, true), (35_000, KillProgram, false), (55_000, KillTaskHub, false), (70_000, KillProgram, false),
        })
        {
            await Until(() => HasDone("erase_account", "messages", erased));
            Assert.False(await IsOver("erase_account"), "The erasure was over before it could be disturbed.");
            Assert.False(isClosing && await IsOver("close_period"), "The closing was over before it could be disturbed.");
            await kill();
        }

        await Until(async () => (await At(user).Get(erasure)).Is(HttpStatusCode.OK)["status"] == "completed");
        await Until(() => Scalar<bool>("select exists (select from billing.archived_periods where month = '2020-01-01')"));

        var receipt = (await At(user).Get(erasure)).Json["progress"]!;
        Assert.Equal($$"""{"chats": {{Chats}}, "periods": 1, "messages": {{Messages}}, "usageEvents": 1}""", await Scalar<string>("select progress::text from chatbot.operations where kind = 'erase_account'"));
        Assert.Equal(Messages, (int)receipt["messages"]!);
        Assert.Equal(0L, await Scalar<long>("select count(*) from public.messages where user_id = $1", user.Id));
        Assert.Equal(0L, await Scalar<long>("select count(*) from auth.users where id = $1", user.Id));
        (await At(user).Get("/api/chats")).IsProblem(HttpStatusCode.Unauthorized, "unauthenticated");

        Assert.Equal((long)Users + 1, await Scalar<long>("select count(*) from billing.usage_periods where period_start = '2020-01-01Z' and status = 'closed'"));
        Assert.Equal((long)Users + 1, await Scalar<long>("select count(*) from billing.statements where period_start = '2020-01-01Z'"));
        Assert.Equal(1L, await Scalar<long>("select count(*) from billing.usage_alerts where kind = 'period_archived'"));
        var csv = (await At(finance).Get("/api/billing/periods/2020-01/archive?format=csv")).Is(HttpStatusCode.OK).Body;
        Assert.Equal(Users + 2, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.DoesNotContain(",open,", csv, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await EndProgram();
        await _database.DisposeAsync();
        await Stack.DisposeAsync();
        _directory.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Where the program that runs now listens.</summary>
    protected abstract Uri Address { get; }

    protected abstract Task StartProgram();

    /// <summary>SIGKILL; another one takes its place.</summary>
    protected abstract Task KillProgram();

    protected abstract Task EndProgram();

    private async Task KillTaskHub()
    {
        await Stack.DurableTask.KillAsync();
        await Stack.DurableTask.RestartAsync(TestContext.Current.CancellationToken);
    }

    private TestUser At(TestUser user) => user.At(Address);

    private async Task<TestUser> NewUser(JsonObject? appMetadata = null)
    {
        var user = await LocalUser.CreateAsync(Stack.Postgres.ConnectionString(), TestContext.Current.CancellationToken);
        return new TestUser(user.Id, Stack.Tokens.Mint(user.Token() with { AppMetadata = appMetadata ?? [] }), Address);
    }

    /// <summary>Messages of one user, and a call of that user and of many others in a month that is over.</summary>
    private async Task Fill(Guid user)
    {
        await Execute("insert into public.chats (id, user_id, title) select gen_random_uuid(), $1, 'A chat' from generate_series(1, $2)", user, Chats);
        await Execute(
            """
            insert into public.messages (chat_id, user_id, role, content)
            select c.id, $1, 'user', 'Message ' || n
            from public.chats c
            cross join generate_series(1, $2) n
            where c.user_id = $1
            """,
            user, Messages / Chats);
        await Execute(
            """
            with users as (
              select $1 as id
              union all
              select gen_random_uuid() from generate_series(1, $2)
            ),
            called as (
              insert into billing.usage_events (
                id, completion_id, attempt, user_id, chat_id, purpose, model, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens,
                reasoning_tokens, price_id, input_rate, cached_input_rate, cache_write_rate, output_rate, reasoning_rate, cost, currency, quality, payer,
                period_start, day, occurred_at
              )
              select gen_random_uuid(), gen_random_uuid(), 1, u.id, null, 'answer', 'gpt-4o', 10, 0, 0, 20, 0, p.id, 1, 1, 1, 1, 1, 0.125, 'USD', 'reported',
                'platform', '2020-01-01Z', '2020-01-05', '2020-01-05 12:00Z'
              from users u
              cross join (select id from billing.model_prices limit 1) p
              returning user_id
            )
            insert into billing.usage_periods (user_id, period_start, period_end, tokens, cost)
            select c.user_id, '2020-01-01Z', '2020-02-01Z', 30, 0.125
            from called c
            """,
            user, Users);
    }

    private Task<bool> HasDone(string kind, string what, int count) =>
        Scalar<bool>("select exists (select from chatbot.operations where kind = $1 and (progress ->> $2)::bigint >= $3)", kind, what, count);

    private Task<bool> IsOver(string kind) => Scalar<bool>("select exists (select from chatbot.operations where kind = $1 and finished_at is not null)", kind);

    private static Task Until(Func<Task<bool>> isSo) => StreamingTests.Until(isSo, s_timeout);

    private async Task<T?> Scalar<T>(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) is T value ? value : default;
    }

    private async Task Execute(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        command.CommandTimeout = 300;
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private NpgsqlCommand Command(string sql, object[] parameters)
    {
#pragma warning disable CA2100 // The statements are the tests' own.
        var command = _database.CreateCommand(sql);
#pragma warning restore CA2100
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter });
        }

        return command;
    }
}

public sealed class StandaloneOperationCrashTests(PublishedProgram published) : OperationCrashes(published)
{
    private AppProcess _app = null!;

    protected override Uri Address => new(_app.BaseUrl);

    protected override async Task StartProgram()
    {
        _app = await Stack.StartAppAsync("operations");
        await _app.WaitUntilReadyAsync(cancellationToken: TestContext.Current.CancellationToken);
    }

    protected override async Task KillProgram()
    {
        await EndProgram();
        await StartProgram();
    }

    protected override async Task EndProgram()
    {
        await _app.KillAsync();
        await _app.DisposeAsync();
    }
}

public sealed class WorkerOperationCrashTests(PublishedProgram published) : OperationCrashes(published)
{
    private FunctionsHost _host = null!;

    protected override Uri Address => new(_host.BaseUrl);

    protected override async Task StartProgram() =>
        _host = await FunctionsHost.StartAsync(new() { Package = PublishedProgram.Package, Settings = Stack.AppSettings }, TestContext.Current.CancellationToken);

    protected override Task KillProgram() => _host.KillWorkerAsync();

    protected override async Task EndProgram() => await _host.DisposeAsync();
}
