using ChatBot.Functions.Alerts;
using ChatBot.Functions.Database;
using ChatBot.Functions.Preferences;
using ChatBot.Functions.Queues;
using ChatBot.Functions.Reconciliation;
using ChatBot.Functions.Settings;
using ChatBot.Shared.Queues;
using NpgsqlTypes;

namespace ChatBot.Functions.Usage;

/// <summary>
/// Timer function: ends what died, wakes what was forgotten, keeps reservations, caps and periods as they should be, brings
/// users' keys under the current data key, compares the ledger with the provider's figures, and sends alerts. A run that is missed or
/// repeated changes nothing, as each job does what is due by then.
/// </summary>
public sealed partial class EnforceUsageCaps(
    ChatBotDatabase database,
    WakeUpQueues queues,
    ClaimChecks claims,
    ChatBotSettings settings,
    RotateKeys keys,
    ReconcileUsage reconciliation,
    DeliverAlerts alerts,
    ILogger<EnforceUsageCaps> log)
{
    // A wake-up takes a second or two when all is well.
    private static readonly TimeSpan s_forgottenAfter = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(5);

    // A run that died is over then; one that takes longer shares its work with the next, which passes over what it holds.
    private static readonly TimeSpan s_lease = TimeSpan.FromMinutes(2);

    /// <summary>Each job is a transaction of its own, and one that fails does not keep the others from being done.</summary>
    /// <exception cref="AggregateException">Some failed.</exception>
    public async Task Run(CancellationToken cancellation)
    {
        var holder = Guid.NewGuid();
        if (!await IsOurTurn(holder, cancellation))
        {
            return;
        }

        Func<Task>[] jobs =
        [
            () => Wake(cancellation),
            () => database.Execute(Caller.Service, Statement.Of(UsageSql.ReleaseReservations), cancellation),
            () => ReviewPlans(cancellation),
            () => database.Execute(Caller.Service, Statement.Of(UsageSql.StopBlocked), cancellation),
            () => ClosePeriods(cancellation),
            () => database.Execute(Caller.Service, Statement.Of(UsageSql.EndTimerRun, Parameter.Uuid(holder)), cancellation),
            // Who is asked from here on may take long, and each of these shares its work with other instances.
            () => keys.Run(cancellation),
            () => reconciliation.Run(cancellation),
            () => alerts.Run(cancellation),
        ];
        List<Exception> failures = [];
        foreach (var job in jobs)
        {
            try
            {
                await job();
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                failures.Add(e);
            }
        }

        if (failures.Count > 0)
        {
            throw new AggregateException(failures);
        }
    }

    private async Task<bool> IsOurTurn(Guid holder, CancellationToken cancellation) =>
        (await database.All(
            Caller.Service,
            Statement.Of(UsageSql.BeginTimerRun, Parameter.Uuid(holder), Parameter.Span(s_lease)),
            row => row.GetBoolean(0),
            cancellation))[0];

    /// <summary>What waits for the database is woken only where the database is there: else its wake-ups would fail until they are dead.</summary>
    private async Task Wake(CancellationToken cancellation)
    {
        await Sweep(cancellation);
        await WakeClaimed(cancellation);
    }

    private async Task Sweep(CancellationToken cancellation)
    {
        var found = await database.All(
            Caller.Service,
            Statement.Of(UsageSql.Sweep, Parameter.Span(s_forgottenAfter), Parameter.Span(s_longestPause)),
            row => (Queue: row.GetString(0), CompletionId: row.GetGuid(1)),
            cancellation);
        if (found.Count == 0)
        {
            return;
        }

        foreach (var (queue, completionId) in found)
        {
            await queues.Send(queue, new WakeUp(1, completionId), cancellation);
        }

        await database.Execute(
            Caller.Service, Statement.Of(UsageSql.MarkWoken, Parameter.Array([.. found.Select(f => f.CompletionId)], NpgsqlDbType.Uuid)), cancellation);
        Log.Woke(log, found.Count);
    }

    /// <summary>Whatever became of the wake-ups that were sent along with them, what waits in the storage account is stored.</summary>
    private async Task WakeClaimed(CancellationToken cancellation)
    {
        foreach (var completionId in await claims.List(cancellation))
        {
            await queues.Send(QueueNames.AssistantMessages, new WakeUp(1, completionId, HasClaim: true), cancellation);
        }
    }

    /// <summary>Of plans whose caps have changed everybody is blocked, unblocked or warned who is so now.</summary>
    private async Task ReviewPlans(CancellationToken cancellation)
    {
        const int batch = 5_000;
        var plans = await database.All(
            Caller.Service, Statement.Of(UsageSql.PlansToReview), row => (Id: row.GetString(0), ChangedAt: row.Time(1)), cancellation);
        foreach (var (plan, changedAt) in plans)
        {
            Guid? last = Guid.Empty;
            while (last is not null)
            {
                var review = Statement.Of(UsageSql.ReviewPlan, Parameter.Text(plan), Parameter.Uuid(last), Parameter.Integer(batch));
                last = (await database.All(Caller.Service, review, row => row.ValueOrNull<Guid>(0), cancellation))[0];
            }

            await database.Execute(
                Caller.Service, Statement.Of(UsageSql.EndReview, Parameter.Text(plan), Parameter.Time(changedAt)), cancellation);
        }
    }

    private async Task ClosePeriods(CancellationToken cancellation)
    {
        const int batch = 500;
        const int batches = 200;
        for (var round = 0; round < batches; round++)
        {
            var close = Statement.Of(UsageSql.ClosePeriods, Parameter.Span(settings.Billing.CloseAfter), Parameter.Integer(batch));
            if ((await database.All(Caller.Service, close, row => row.GetInt32(0), cancellation))[0] < batch)
            {
                return;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Woke {Count} completions that had died or were forgotten")]
        public static partial void Woke(ILogger log, int count);
    }
}
