using Azure.Storage.Queues;
using ChatBot.Chaos.Checking;
using ChatBot.Chaos.Clients;
using ChatBot.Chaos.Faults;
using ChatBot.Chaos.Journals;
using ChatBot.Local;
using Npgsql;

namespace ChatBot.Chaos;

/// <summary>One run: servers, processes, clients and faults; then quiet, and the evidence.</summary>
public sealed class ChaosRun : IAsyncDisposable
{
    // Two clients of three have a user of their own.
    private const int ClientsOfPairs = 3;

    private static readonly TimeSpan s_lastAnswers = TimeSpan.FromSeconds(20);

    private readonly ChaosOptions _options;
    private readonly Action<string> _report;
    private readonly LocalStack _stack;
    private readonly ClientJournal _journal;
    private readonly FaultJournal _faults = new();
    private readonly Instances _instances;
    private readonly QueueDisorder _disorder;
    private readonly Sampler _sampler;
    private IReadOnlyList<Probe> _probes = [];

    private ChaosRun(ChaosOptions options, LocalStack stack, ClientJournal journal, Action<string> report)
    {
        _options = options;
        _stack = stack;
        _journal = journal;
        _report = report;
        Database = NpgsqlDataSource.Create(stack.Postgres.ConnectionString());
        _instances = new(stack, Settings(), _faults);
        _disorder = new(stack.Azurite.ConnectionString, Database, _faults);
        _sampler = new(Database);
    }

    /// <summary>With full rights.</summary>
    public NpgsqlDataSource Database { get; }

    public ClientJournal Journal => _journal;

    public static async Task<ChaosRun> StartAsync(ChaosOptions options, string directory, Action<string> report)
    {
        var journal = new ClientJournal();
        var stack = await LocalStack.StartAsync(new StackOptions(directory)
        {
            Fresh = true,
            Durable = false,
            Pooled = options.Pooled,
            Program = options.Binary is { } binary ? AppProgram.Binary(binary) : null,
            Report = report,
            ReportOutput = new LogWatch(journal).See,
        });
        var run = new ChaosRun(options, stack, journal, report);
        await run._instances.StartAsync(options.Processes);
        return run;
    }

    /// <summary>Chaos, and then quiet. Answers whether it became quiet in time.</summary>
    public async Task<bool> RunAsync()
    {
        using var http = new ChaosHttp(_instances, _faults, _journal, _options.IsHosted);
        using var ending = new CancellationTokenSource();
        using var breaking = new CancellationTokenSource();
        using var looking = new CancellationTokenSource();
        var sampling = _sampler.RunAsync(looking.Token);
        var breakages = new FaultInjector(_options, _stack, _instances, _disorder, _faults).RunAsync(ending.Token);
        var clients = (await ClientsAsync(http)).ConvertAll(client => client.RunAsync(ending.Token, breaking.Token));

        await new Progress(_options, Database, _journal, _faults, _report).RunAsync([breakages, .. clients]);

        await ending.CancelAsync();
        await breakages;
        breaking.CancelAfter(s_lastAnswers);
        await Task.WhenAll(clients);
        var quiet = new Quiescence(Database, _report);
        var isQuiet = await quiet.WaitAsync();
        _probes = await new CapProbes(http, new UserFactory(_stack, Database, new Random(_options.Seed)), Database).RunAsync();
        isQuiet &= await quiet.WaitAsync();
        await looking.CancelAsync();
        await sampling;
        return isQuiet;
    }

    /// <summary>What there is to check, the database as the connection sees it.</summary>
    public async Task<Evidence> CollectAsync(NpgsqlConnection connection) => new()
    {
        Books = await Books.ReadAsync(connection),
        Calls = _stack.StandIn.Model.Calls,
        Sends = _journal.Sends,
        Readings = _journal.Readings,
        Deletions = _journal.Deletions,
        Seen = _journal.Seen,
        Owners = _journal.Owners,
        Oddities = _journal.Oddities,
        Faults = _faults,
        Samples = _sampler.Samples,
        Probes = _probes,
        Poison = await PoisonAsync(),
    };

    public async ValueTask DisposeAsync()
    {
        await _instances.DisposeAsync();
        await Database.DisposeAsync();
        await _stack.DisposeAsync();
    }

    private async Task<List<ChaosClient>> ClientsAsync(ChaosHttp http)
    {
        var random = new Random(_options.Seed);
        var users = new UserFactory(_stack, Database, new Random(_options.Seed + 1));
        var behaviour = new ModelBehaviour(_options.LongestAnswer, _options.HasFaults);
        var clients = new List<ChaosClient>();
        ChaosUser? user = null;
        for (var index = 0; index < _options.Clients; index++)
        {
            // The third of each three shares the user of the second.
            user = index % ClientsOfPairs == 2 ? user! : await users.CreateAsync(isCapped: index % (2 * ClientsOfPairs) == 0);
            clients.Add(new ChaosClient(http, _journal, behaviour, users, user, new Random(random.Next())));
        }

        return clients;
    }

    private async Task<int> PoisonAsync()
    {
        var count = 0;
        foreach (var queue in AzuriteServer.Queues.Where(q => q.EndsWith("-poison", StringComparison.Ordinal)))
        {
            count += (await new QueueClient(_stack.Azurite.ConnectionString, queue).GetPropertiesAsync()).Value.ApproximateMessagesCount;
        }

        return count;
    }

    // Short timeouts, so that much happens in little time.
    private Dictionary<string, string> Settings() => new()
    {
        ["Streams__LeaseSeconds"] = $"{_options.Lease.TotalSeconds:0}",
        ["Streams__GraceSeconds"] = "3",
        ["Streams__FirstTokenSeconds"] = "5",
        ["Streams__IdleSeconds"] = "4",
        ["Streams__TotalSeconds"] = "60",
        ["Streams__KeepAliveSeconds"] = "5",
    };
}
