using Microsoft.DurableTask;

namespace ChatBot.Functions.Operations;

/// <summary>A part of an operation: as much as fits into a statement's time. The activity that does it returns the next, or null after the last.</summary>
/// <param name="After">Where the part begins; null where the database knows by itself what is left.</param>
public sealed record OperationPart(string OperationId, string? After = null);

public static class OperationParts
{
    // What an orchestration remembers is read at each of its steps: it begins anew before that is much.
    private const int PartsPerHistory = 100;

    /// <summary>For some minutes; then the orchestration fails, and is started again where the operation shows no sign of life.</summary>
    public static TaskOptions Retries { get; } = TaskOptions.FromRetryPolicy(
        new RetryPolicy(maxNumberOfAttempts: 10, firstRetryInterval: TimeSpan.FromSeconds(1), backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromMinutes(1)));

    /// <summary>Does one part of an operation after another.</summary>
    /// <param name="finishes">Whether the operation is finished then, or was by its last part.</param>
    public static async Task DoParts(this TaskOrchestrationContext context, string activity, OperationPart part, bool finishes)
    {
        for (var n = 0; n < PartsPerHistory; n++)
        {
            if (await context.CallActivityAsync<OperationPart?>(activity, part, Retries) is { } next)
            {
                part = next;
                continue;
            }

            if (finishes)
            {
                await context.CallActivityAsync(nameof(OperationFunctions.FinishOperation), part, Retries);
            }

            return;
        }

        context.ContinueAsNew(part);
    }
}
