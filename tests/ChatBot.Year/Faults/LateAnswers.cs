using ChatBot.Local;
using ChatBot.Year.Accounts;
using Npgsql;

namespace ChatBot.Year.Faults;

/// <summary>
/// A process that stands still in the middle of its answers until their period is closed, and then finds the database away: its whole
/// results come by the storage account, to a period later than their own.
/// </summary>
public sealed class LateAnswers(LocalStack stack, NpgsqlDataSource database, YearHttp http, TimerProcess timer) : IAsyncDisposable
{
    private const string Role = "authenticator_of_the_late";
    private const int Count = 4;

    private const string CreateRole = """
        create role authenticator_of_the_late login noinherit in role anon, authenticated, service_role
        """;

    private const string LockOut = """
        alter role authenticator_of_the_late nologin;

        select pg_terminate_backend(a.pid)
        from pg_catalog.pg_stat_activity a
        where a.usename = 'authenticator_of_the_late'
        """;

    private const string LetIn = "alter role authenticator_of_the_late login";

    private const string CountBegun = """
        select count(*)
        from chatbot.completions c
        where c.chat_id = any ($1) and c.state = 'streaming' and exists (select from chatbot.completion_deltas d where d.completion_id = c.id)
        """;

    private const string CountClosed = """
        select count(*)
        from chatbot.completions c
        join billing.usage_periods p on p.user_id = c.user_id and p.period_start = c.period_start
        where c.chat_id = any ($1) and c.state = 'interrupted' and c.recorded_at is not null and p.status = 'closed'
        """;

    private const string CountLate = """
        select count(*)
        from chatbot.completions c
        where c.chat_id = any ($1) and c.lease_epoch > 2 and c.recorded_at is not null
        """;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private AppProcess? _app;
    private Guid[] _chats = [];
    private List<Task> _readers = [];

    public bool AreUnderWay => _chats.Length > 0;

    /// <summary>How many results came late in all.</summary>
    public int Came { get; private set; }

    public async Task StartAsync(IReadOnlyDictionary<string, string> settings)
    {
        var password = new NpgsqlConnectionStringBuilder(stack.Postgres.ConnectionString()).Password!;
#pragma warning disable CA2100 // The password is the local stack's own, made of letters and digits.
        await using (var create = database.CreateCommand($"{CreateRole} password '{password}'"))
#pragma warning restore CA2100
        {
            await create.ExecuteNonQueryAsync();
        }

        var own = new Dictionary<string, string>(settings)
        {
            ["Database__ConnectionString"] = stack.Postgres.Uri(Role),
            // The time for which it stands still is no silence of the model's.
            ["Streams__IdleSeconds"] = "600",
            ["Streams__TotalSeconds"] = "1800",
        };
        _app = await stack.StartAppAsync("app-late", overrides: own);
        await _app.WaitUntilReadyAsync();
    }

    /// <summary>Begins an answer for some of these accounts, and suspends the process that writes them.</summary>
    public async Task BeginAsync(IEnumerable<Account> accounts)
    {
        var sends = accounts.Take(Count).Select(account => (Account: account, Chat: Guid.NewGuid())).ToList();
        _chats = [.. sends.Select(s => s.Chat)];
        _readers = sends.ConvertAll(s => ReadAsync(s.Account, s.Chat));
        await UntilAsync(CountBegun);
        _app!.Suspend();
    }

    /// <summary>Goes on if the periods are closed by now, or if it must.</summary>
    public async Task EndAsync(bool isLastCall)
    {
        if (await CountAsync(CountClosed) < _chats.Length)
        {
            if (!isLastCall)
            {
                return;
            }

            await UntilAsync(CountClosed);
        }

        await ExecuteAsync(LockOut);
        _app!.Resume();
        await UntilAsync(CountLate);
        await ExecuteAsync(LetIn);
        await Task.WhenAll(_readers);
        Came += _chats.Length;
        _chats = [];
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.KillAsync();
            await _app.DisposeAsync();
        }
    }

    private async Task ReadAsync(Account account, Guid chat)
    {
        try
        {
            var body = Sender.Body(account, chat.ToString(), Guid.NewGuid(), "gpt-4o", "tokens=300 delay=100ms");
            using var answer = await http.SendAsync(new Uri(_app!.BaseUrl), HttpMethod.Post, account.Token, "/api/chat", body);
            await answer.Content.CopyToAsync(Stream.Null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // What it was shown is not what this is about.
        }
    }

    private async Task UntilAsync(string sql)
    {
        for (var deadline = TimeProvider.System.GetUtcNow() + s_timeout; await CountAsync(sql) < _chats.Length; await Task.Delay(s_pause))
        {
            if (TimeProvider.System.GetUtcNow() > deadline)
            {
                throw new LocalStackException($"The late answers did not come so far: {sql}");
            }

            await timer.RunAsync();
        }
    }

    private async Task<long> CountAsync(string sql)
    {
#pragma warning disable CA2100 // One of the constants above.
        await using var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        command.Parameters.Add(new() { Value = _chats });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task ExecuteAsync(string sql)
    {
#pragma warning disable CA2100 // One of the constants above.
        await using var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
