using System.Globalization;
using DurableTask.Core.Exceptions;
using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ChatBot.Functions.Operations;

/// <summary>Starts the orchestrations of operations. One that is not started now is started by the timer.</summary>
public sealed partial class OperationStarter(ILogger<OperationStarter> log)
{
    /// <summary>Goes up with each change of the orchestrations that what is under way could not be replayed by.</summary>
    public const string Version = "1";

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    public async Task Start(DurableTaskClient durable, OperationRun run, CancellationToken cancellationToken)
    {
        var (id, kind, createdAt) = run;
        // An operation is done again when its last run may not quite be over for the task hub.
        var instance = string.Create(CultureInfo.InvariantCulture, $"{id}-{createdAt.ToUnixTimeMilliseconds()}");
        var options = new StartOrchestrationOptions { InstanceId = instance, Version = Version }.WithDedupeStatuses(
            OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(s_timeout);
        try
        {
            await durable.ScheduleNewOrchestrationInstanceAsync(OrchestrationOf(kind), new OperationPart(id), options, timeout.Token);
            Log.Started(log, id);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // It runs.
        }
        catch (Exception e) when (e is RpcException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            Log.NotStarted(log, id, e.GetType().Name);
        }
    }

    /// <summary>The kind <c>erase_account</c> is the orchestration EraseAccount.</summary>
    private static string OrchestrationOf(string kind) => string.Concat(kind.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Operation {Id} is started")]
        public static partial void Started(ILogger log, string id);

        [LoggerMessage(LogLevel.Warning, "Operation {Id} could not be started, trying again in 5 minutes: {Reason}")]
        public static partial void NotStarted(ILogger log, string id, string reason);
    }
}

/// <param name="CreatedAt">What tells it from earlier runs of the same operation.</param>
public readonly record struct OperationRun(string Id, string Kind, DateTimeOffset CreatedAt);
