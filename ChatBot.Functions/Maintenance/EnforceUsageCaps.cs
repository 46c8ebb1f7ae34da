using ChatBot.Functions.Database;
using Microsoft.Azure.Functions.Worker;

namespace ChatBot.Functions.Maintenance;

/// <summary>
/// Timer function: releases expired reservations, blocks and unblocks the users of changed plans, and stops answers of users who are over a
/// cap or blocked. One instance does it at a time.
/// </summary>
public sealed class EnforceUsageCaps(ChatBotDatabase database)
{
    // A run that died is over then; one that takes longer shares its work with the next, which passes over what it holds.
    private static readonly TimeSpan s_lease = TimeSpan.FromMinutes(2);

    [Function(nameof(EnforceUsageCaps))]
    public Task Run([TimerTrigger("*/30 * * * * *")] TimerInfo timer, CancellationToken cancellationToken) => Enforce(cancellationToken);

    /// <returns>False while another instance is at it: nothing was done.</returns>
    /// <exception cref="AggregateException">Some jobs failed.</exception>
    public async Task<bool> Enforce(CancellationToken cancellationToken)
    {
        var holder = Guid.NewGuid();
        if (!await IsOurTurn(holder, cancellationToken))
        {
            return false;
        }

        try
        {
            await RunAll(
                [
                    () => database.Execute(Caller.Service, Statement.Of(MaintenanceSql.ReleaseReservations), cancellationToken),
                    () => ReviewPlans(cancellationToken),
                    () => database.Execute(Caller.Service, Statement.Of(MaintenanceSql.StopBlocked), cancellationToken),
                ],
                cancellationToken);
            return true;
        }
        finally
        {
            // Also where the run was cancelled: until the lease is over nobody else could begin one.
            await database.Execute(Caller.Service, Statement.Of(MaintenanceSql.EndTimerRun, Parameter.Uuid(holder)), CancellationToken.None);
        }
    }

    private Task<bool> IsOurTurn(Guid holder, CancellationToken cancellationToken) =>
        database.One(
            Caller.Service,
            Statement.Of(MaintenanceSql.BeginTimerRun, Parameter.Uuid(holder), Parameter.Span(s_lease)),
            row => row.GetBoolean(0),
            cancellationToken);

    /// <summary>Of plans whose caps have changed everybody is blocked, unblocked or warned who is so now.</summary>
    private async Task ReviewPlans(CancellationToken cancellationToken)
    {
        const int batch = 5_000;
        var plans = await database.All(
            Caller.Service, Statement.Of(MaintenanceSql.PlansToReview), row => (Id: row.GetString(0), ChangedAt: row.Time(1)), cancellationToken);
        foreach (var (plan, changedAt) in plans)
        {
            Guid? last = Guid.Empty;
            while (last is not null)
            {
                var review = Statement.Of(MaintenanceSql.ReviewPlan, Parameter.Text(plan), Parameter.Uuid(last), Parameter.Integer(batch));
                last = await database.One(Caller.Service, review, row => row.ValueOrNull<Guid>(0), cancellationToken);
            }

            await database.Execute(
                Caller.Service, Statement.Of(MaintenanceSql.EndReview, Parameter.Text(plan), Parameter.Time(changedAt)), cancellationToken);
        }
    }

    /// <summary>Each job is a transaction of its own, and one that fails does not keep the others from being done.</summary>
    private static async Task RunAll(IEnumerable<Func<Task>> jobs, CancellationToken cancellationToken)
    {
        List<Exception> failures = [];
        foreach (var job in jobs)
        {
            try
            {
                await job();
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                failures.Add(e);
            }
        }

        if (failures.Count > 0)
        {
            throw new AggregateException(failures);
        }
    }
}
