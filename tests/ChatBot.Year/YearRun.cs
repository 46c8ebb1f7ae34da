using ChatBot.Chaos;
using ChatBot.Chaos.Faults;
using ChatBot.Chaos.Journals;
using ChatBot.Local;
using ChatBot.Year.Accounts;
using ChatBot.Year.Checking;
using ChatBot.Year.Faults;
using Npgsql;

namespace ChatBot.Year;

/// <summary>One simulated year: servers, processes, accounts and faults; then all periods are closed, and there are books to check.</summary>
public sealed class YearRun : IAsyncDisposable
{
    private const string CountOpen = "select count(*) from billing.usage_periods p where p.status <> 'closed'";

    // Who died in the middle of the timer's run holds its turn for two minutes.
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    // Short timeouts, so that much happens in little time.
    private static readonly Dictionary<string, string> s_settings = new()
    {
        ["Streams__LeaseSeconds"] = "4",
        ["Streams__GraceSeconds"] = "3",
        ["Streams__FirstTokenSeconds"] = "2",
        ["Streams__TotalSeconds"] = "120",
    };

    private readonly YearOptions _options;
    private readonly Action<string> _report;
    private readonly LocalStack _stack;
    private readonly Instances _instances;
    private readonly YearHttp _http;
    private readonly TimerProcess _timer;
    private readonly LateAnswers _late;
    private readonly PlanAdministrator _office;
    private readonly Population _population;
    private readonly Sender _sender;
    private readonly YearFaults _faults;

    private YearRun(YearOptions options, LocalStack stack, Action<string> report)
    {
        var journal = new FaultJournal();
        _options = options;
        _stack = stack;
        _report = report;
        Database = NpgsqlDataSource.Create(stack.Postgres.ConnectionString());
        Clock = new(Database);
        _instances = new(stack, s_settings, journal);
        _http = new(_instances);
        _timer = new(stack);
        _late = new(stack, Database, _http, _timer);
        _office = new(_http, stack.Tokens, Clock);
        _population = new(stack, Database, _http, _office, options);
        _sender = new(_http);
        _faults = new(_instances, new QueueDisorder(stack.Azurite.ConnectionString, Database, journal), journal, new Random(options.Seed + 1));
    }

    /// <summary>With full rights.</summary>
    public NpgsqlDataSource Database { get; }

    public SimulatedClock Clock { get; }

    public static async Task<YearRun> StartAsync(YearOptions options, string directory, Action<string> report)
    {
        var stack = await LocalStack.StartAsync(new StackOptions(directory) { Fresh = true, Durable = false, Program = options.Program });
        stack.StandIn.Model.DefaultDelay = TimeSpan.Zero;
        var run = new YearRun(options, stack, report);
        try
        {
            await run.PrepareAsync();
            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    /// <summary>The months, and then all that it takes to close them.</summary>
    public async Task RunAsync()
    {
        var calendar = new Calendar(_options, Clock, _population, _office, _sender, _timer, _late, _faults, _report);
        await calendar.RunAsync();
        await _faults.EndAsync();
        if (!await new Quiescence(Database, _report).WaitAsync())
        {
            throw new LocalStackException("Not everything was stored and recorded.");
        }

        await Clock.MoveToAsync(Clock.Now.AddMonths(2));
        for (var deadline = TimeProvider.System.GetUtcNow() + s_timeout; await CountOpenAsync() > 0; await Task.Delay(s_pause))
        {
            if (TimeProvider.System.GetUtcNow() > deadline)
            {
                return;
            }

            await _timer.RunAsync();
        }
    }

    /// <summary>What there is to check, the database as the connection sees it.</summary>
    public async Task<YearEvidence> CollectAsync(NpgsqlConnection connection) => new()
    {
        Books = await YearBooks.ReadAsync(connection),
        Calls = _stack.StandIn.Model.Calls,
        Limits = _office.Journal,
        LateAnswers = _late.Came,
        Unexpected = [.. _sender.Unexpected],
    };

    public async ValueTask DisposeAsync()
    {
        await _late.DisposeAsync();
        await _timer.DisposeAsync();
        await _faults.EndAsync();
        await _instances.DisposeAsync();
        _http.Dispose();
        await Database.DisposeAsync();
        await _stack.DisposeAsync();
    }

    private async Task PrepareAsync()
    {
        await Clock.InstallAsync();
        await Task.WhenAll(_instances.StartAsync(_options.Processes), _timer.StartAsync(s_settings), _late.StartAsync(s_settings));
        await _population.CreateAsync();
        _report($"{_population.Accounts.Count} accounts on three plans");
    }

    private async Task<long> CountOpenAsync()
    {
        await using var command = Database.CreateCommand(CountOpen);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
