using Azure;
using ChatBot.Chaos.Journals;
using ChatBot.Local;
using Npgsql;

namespace ChatBot.Chaos.Faults;

/// <summary>Breaks processes, the database and the queues in turns of their own, until it is told to end; then all is whole again.</summary>
public sealed class FaultInjector(ChaosOptions options, LocalStack stack, Instances instances, QueueDisorder disorder, FaultJournal journal)
{
    private static readonly TimeSpan s_betweenSuspensions = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan s_betweenTerminations = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_betweenDatabaseOutages = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan s_betweenQueueOutages = TimeSpan.FromSeconds(35);
    private static readonly TimeSpan s_betweenDisorders = TimeSpan.FromSeconds(2);

    // One thing at a time happens to a process.
    private readonly SemaphoreSlim[] _slots = [.. Enumerable.Range(0, options.Processes).Select(_ => new SemaphoreSlim(1))];
    private readonly SemaphoreSlim _azurite = new(1);

    /// <summary>Ends when all that was broken is repaired.</summary>
    public Task RunAsync(CancellationToken ending) => !options.HasFaults ? Task.CompletedTask : Task.WhenAll(
        EveryAsync(options.KillEvery, 1, random => OnASlotAsync(random, instances.KillAsync), ending),
        EveryAsync(s_betweenSuspensions, 2, random => OnASlotAsync(random, slot => instances.SuspendAsync(slot, Suspension(random), ending)), ending),
        EveryAsync(s_betweenTerminations, 3, random => OnASlotAsync(random, instances.TerminateAsync), ending),
        EveryAsync(s_betweenDatabaseOutages, 4, random => BreakDatabaseAsync(random, ending), ending),
        EveryAsync(s_betweenQueueOutages, 5, random => BreakQueuesAsync(random, ending), ending),
        EveryAsync(s_betweenDisorders, 6, random => DisorderAsync(random, ending), ending));

    private TimeSpan Suspension(Random random) => options.Lease + random.Between(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(4));

    private async Task EveryAsync(TimeSpan pause, int salt, Func<Random, Task> breakAsync, CancellationToken ending)
    {
        var random = new Random((options.Seed * 31) + salt);
        List<Task> running = [];
        while (true)
        {
            await Task.Delay(random.Between(pause * 0.75, pause * 1.25), ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ending.IsCancellationRequested)
            {
                await Task.WhenAll(running);
                return;
            }

            running.RemoveAll(task => task.IsCompletedSuccessfully);
            running.Add(breakAsync(random));
        }
    }

    private async Task OnASlotAsync(Random random, Func<int, Task> breakAsync)
    {
        var first = random.Next(_slots.Length);
        for (var step = 0; step < _slots.Length; step++)
        {
            var slot = (first + step) % _slots.Length;
            if (_slots[slot].Wait(0))
            {
                try
                {
                    await breakAsync(slot);
                    return;
                }
                finally
                {
                    _slots[slot].Release();
                }
            }
        }
    }

    private async Task BreakDatabaseAsync(Random random, CancellationToken ending)
    {
        var fault = journal.Begin(FaultKind.Database);
        await (random.Chance(0.5) ? stack.Postgres.KillAsync() : stack.Postgres.StopAsync());
        await Task.Delay(random.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10)), ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await stack.Postgres.RestartAsync(CancellationToken.None);
        FaultJournal.End(fault);
    }

    private async Task BreakQueuesAsync(Random random, CancellationToken ending)
    {
        await _azurite.WaitAsync(CancellationToken.None);
        var fault = journal.Begin(FaultKind.Queues);
        var outage = random.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(8));
        if (random.Chance(0.5))
        {
            stack.Azurite.Suspend();
            await Task.Delay(outage, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stack.Azurite.Resume();
        }
        else
        {
            // Not killed: it would forget what it has confirmed, which the real one does not.
            await stack.Azurite.StopAsync();
            await Task.Delay(outage, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await stack.Azurite.RestartAsync(CancellationToken.None);
        }

        FaultJournal.End(fault);
        _azurite.Release();
    }

    private async Task DisorderAsync(Random random, CancellationToken ending)
    {
        try
        {
            await disorder.AddAsync(random, ending);
        }
        catch (Exception e) when (ending.IsCancellationRequested || e is OperationCanceledException or RequestFailedException or NpgsqlException)
        {
            // There is no disorder in what is away, or slow.
        }
    }
}
