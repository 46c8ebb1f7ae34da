using System.Collections.Concurrent;
using DurableTask.Core;

namespace ChatBot.DurableTask;

/// <summary>
/// A storage whose locks on what is taken from it last until that is completed or abandoned. The server that hands work out renews none: what
/// takes longer than a lock would be handed out twice, and what waited for a program would take up a place for ever.
/// </summary>
public sealed partial class RenewedLocks(IOrchestrationService storage, TimeProvider time, ILogger<RenewedLocks> log) : IOrchestrationService
{
    /// <summary>Short enough that a lock outlasts a renewal that fails.</summary>
    public static readonly TimeSpan Interval = TaskHubStorage.LockDuration / 3;

    private readonly ConcurrentDictionary<object, Renewal> _renewals = [];

    public int TaskOrchestrationDispatcherCount => storage.TaskOrchestrationDispatcherCount;

    public int MaxConcurrentTaskOrchestrationWorkItems => storage.MaxConcurrentTaskOrchestrationWorkItems;

    public BehaviorOnContinueAsNew EventBehaviourForContinueAsNew => storage.EventBehaviourForContinueAsNew;

    public int TaskActivityDispatcherCount => storage.TaskActivityDispatcherCount;

    public int MaxConcurrentTaskActivityWorkItems => storage.MaxConcurrentTaskActivityWorkItems;

    public Task StartAsync() => storage.StartAsync();

    public Task StopAsync() => storage.StopAsync();

    public Task StopAsync(bool isForced) => storage.StopAsync(isForced);

    public Task CreateAsync() => storage.CreateAsync();

    public Task CreateAsync(bool recreateInstanceStore) => storage.CreateAsync(recreateInstanceStore);

    public Task CreateIfNotExistsAsync() => storage.CreateIfNotExistsAsync();

    public Task DeleteAsync() => storage.DeleteAsync();

    public Task DeleteAsync(bool deleteInstanceStore) => storage.DeleteAsync(deleteInstanceStore);

    public bool IsMaxMessageCountExceeded(int currentMessageCount, OrchestrationRuntimeState runtimeState) =>
        storage.IsMaxMessageCountExceeded(currentMessageCount, runtimeState);

    public int GetDelayInSecondsAfterOnProcessException(Exception exception) => storage.GetDelayInSecondsAfterOnProcessException(exception);

    public int GetDelayInSecondsAfterOnFetchException(Exception exception) => storage.GetDelayInSecondsAfterOnFetchException(exception);

    public async Task<TaskOrchestrationWorkItem> LockNextTaskOrchestrationWorkItemAsync(TimeSpan receiveTimeout, CancellationToken cancellationToken)
    {
        var item = await storage.LockNextTaskOrchestrationWorkItemAsync(receiveTimeout, cancellationToken);
        return Renewed(item, () => storage.RenewTaskOrchestrationWorkItemLockAsync(item));
    }

    public Task RenewTaskOrchestrationWorkItemLockAsync(TaskOrchestrationWorkItem workItem) => storage.RenewTaskOrchestrationWorkItemLockAsync(workItem);

    public async Task CompleteTaskOrchestrationWorkItemAsync(
        TaskOrchestrationWorkItem workItem,
        OrchestrationRuntimeState newOrchestrationRuntimeState,
        IList<TaskMessage> outboundMessages,
        IList<TaskMessage> orchestratorMessages,
        IList<TaskMessage> timerMessages,
        TaskMessage continuedAsNewMessage,
        OrchestrationState orchestrationState)
    {
        await StopRenewing(workItem);
        await storage.CompleteTaskOrchestrationWorkItemAsync(
            workItem, newOrchestrationRuntimeState, outboundMessages, orchestratorMessages, timerMessages, continuedAsNewMessage, orchestrationState);
    }

    public async Task AbandonTaskOrchestrationWorkItemAsync(TaskOrchestrationWorkItem workItem)
    {
        await StopRenewing(workItem);
        await storage.AbandonTaskOrchestrationWorkItemAsync(workItem);
    }

    public async Task ReleaseTaskOrchestrationWorkItemAsync(TaskOrchestrationWorkItem workItem)
    {
        await StopRenewing(workItem);
        await storage.ReleaseTaskOrchestrationWorkItemAsync(workItem);
    }

    public async Task<TaskActivityWorkItem> LockNextTaskActivityWorkItem(TimeSpan receiveTimeout, CancellationToken cancellationToken)
    {
        var item = await storage.LockNextTaskActivityWorkItem(receiveTimeout, cancellationToken);
        return Renewed(item, () => storage.RenewTaskActivityWorkItemLockAsync(item));
    }

    public Task<TaskActivityWorkItem> RenewTaskActivityWorkItemLockAsync(TaskActivityWorkItem workItem) => storage.RenewTaskActivityWorkItemLockAsync(workItem);

    public async Task CompleteTaskActivityWorkItemAsync(TaskActivityWorkItem workItem, TaskMessage responseMessage)
    {
        await StopRenewing(workItem);
        await storage.CompleteTaskActivityWorkItemAsync(workItem, responseMessage);
    }

    public async Task AbandonTaskActivityWorkItemAsync(TaskActivityWorkItem workItem)
    {
        await StopRenewing(workItem);
        await storage.AbandonTaskActivityWorkItemAsync(workItem);
    }

    /// <param name="item">Null where there is nothing to do.</param>
    private T Renewed<T>(T item, Func<Task> renew)
    {
        if (item is not null)
        {
            var ended = new CancellationTokenSource();
            _renewals[item] = new(ended, RenewUntil(renew, ended.Token));
        }

        return item;
    }

    // A renewal makes the receipt void that completion needs: none may be under way then.
    private async Task StopRenewing(object item)
    {
        if (_renewals.TryRemove(item, out var renewal))
        {
            await renewal.Ended.CancelAsync();
            await renewal.Running;
            renewal.Ended.Dispose();
        }
    }

    private async Task RenewUntil(Func<Task> renew, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
            {
                try
                {
                    await renew();
                }
                catch (Exception e)
                {
                    Log.NotRenewed(log, e.GetType().Name);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It is done.
        }
    }

    private sealed record Renewal(CancellationTokenSource Ended, Task Running);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "A lock in the storage account could not be renewed: {Reason}")]
        public static partial void NotRenewed(ILogger log, string reason);
    }
}
