using System.Diagnostics;

namespace ChatBot.Local;

/// <summary>What the program needs around it: PostgreSQL, Azurite and the durable task process, where the environment names no others, and the stand-ins.</summary>
internal sealed class StackServers(StackOptions options, StackSettings settings, DataDirectory data) : IAsyncDisposable
{
    private SigningKey? _signingKey;

    public PostgresServer? Postgres { get; private set; }

    public PgBouncerServer? Pooler { get; private set; }

    public AzuriteServer? Azurite { get; private set; }

    public DurableTaskServer? DurableTask { get; private set; }

    public StandInServer? StandIn { get; private set; }

    public TokenMint? Tokens { get; private set; }

    /// <summary>Starts all of them side by side, and answers the state with their ports.</summary>
    public async Task<StackState> StartAsync(StackState state, CancellationToken cancellationToken)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAll(
            OrFailAllAsync(StartPostgresAsync(state, failed.Token), failed),
            OrFailAllAsync(StartStorageAsync(state, failed.Token), failed),
            OrFailAllAsync(StartStandInAsync(state, failed.Token), failed));
        return state with
        {
            PostgresPort = Postgres?.Port ?? state.PostgresPort,
            BlobPort = Azurite?.BlobPort ?? state.BlobPort,
            QueuePort = Azurite?.QueuePort ?? state.QueuePort,
            TablePort = Azurite?.TablePort ?? state.TablePort,
            DurableTaskPort = DurableTask?.Port ?? state.DurableTaskPort,
            StandInPort = StandIn!.Port,
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (DurableTask is not null)
        {
            await DurableTask.DisposeAsync();
        }

        if (Azurite is not null)
        {
            await Azurite.DisposeAsync();
        }

        if (Pooler is not null)
        {
            await Pooler.DisposeAsync();
        }

        if (Postgres is not null)
        {
            await Postgres.DisposeAsync();
        }

        if (StandIn is not null)
        {
            await StandIn.DisposeAsync();
        }

        _signingKey?.Dispose();
    }

    // The others are ended at once, rather than waited for: one may be installing for half a minute.
    private static async Task OrFailAllAsync(Task start, CancellationTokenSource failed)
    {
        try
        {
            await start;
        }
        catch
        {
            await failed.CancelAsync();
            throw;
        }
    }

    private async Task StartPostgresAsync(StackState state, CancellationToken cancellationToken)
    {
        if (!settings.OwnDatabase)
        {
            return;
        }

        var watch = Stopwatch.StartNew();
        Postgres = await PostgresServer.StartAsync(new(data.Postgres, state.Password)
        {
            PreferredPort = state.PostgresPort,
            Durable = options.Durable,
            Settings = options.PostgresSettings,
            LogFile = data.LogFile("postgres"),
            Report = options.Report,
        }, cancellationToken);
        options.Report($"PostgreSQL {Postgres.Version} ready on 127.0.0.1:{Postgres.Port} ({watch.Elapsed.TotalSeconds:0.0} s)");
        await new Schema(options, state.Password).PrepareAsync(Postgres, cancellationToken);
        if (options.Pooled)
        {
            Pooler = await PgBouncerServer.StartAsync(new(data.Pooler, Postgres) { LogFile = data.LogFile("pgbouncer"), Report = options.Report }, cancellationToken);
            options.Report($"PgBouncer ready on 127.0.0.1:{Pooler.Port}");
        }
    }

    private async Task StartStorageAsync(StackState state, CancellationToken cancellationToken)
    {
        await StartAzuriteAsync(state, cancellationToken);
        if (settings.OwnDurableTask)
        {
            DurableTask = await DurableTaskServer.StartAsync(settings.Storage(Azurite), state.DurableTaskPort, data.LogFile("durable-task"), cancellationToken);
            options.Report($"Durable task process ready on 127.0.0.1:{DurableTask.Port}");
        }
    }

    private async Task StartAzuriteAsync(StackState state, CancellationToken cancellationToken)
    {
        if (!settings.OwnStorage)
        {
            return;
        }

        var watch = Stopwatch.StartNew();
        Azurite = await AzuriteServer.StartAsync(new(data.Azurite)
        {
            PreferredBlobPort = state.BlobPort,
            PreferredQueuePort = state.QueuePort,
            PreferredTablePort = state.TablePort,
            LogFile = data.LogFile("azurite"),
            Report = options.Report,
        }, cancellationToken);
        options.Report($"Azurite ready: queues on 127.0.0.1:{Azurite.QueuePort}, blobs on 127.0.0.1:{Azurite.BlobPort} ({watch.Elapsed.TotalSeconds:0.0} s)");
    }

    private async Task StartStandInAsync(StackState state, CancellationToken cancellationToken)
    {
        _signingKey = SigningKey.Import(state.SigningKeyId, state.SigningKey);
        StandIn = await StandInServer.StartAsync(new(_signingKey), state.StandInPort, cancellationToken);
        Tokens = new(StandIn.Url, _signingKey, state.JwtSecret);
        options.Report($"Model stand-in ready on 127.0.0.1:{StandIn.Port}");
    }
}
