using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Problems;
using ChatBot.Shared.Operations;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ChatBot.Functions.Operations;

public sealed class OperationFunctions(OperationStore operations, OperationStarter starter, TimeProvider time)
{
    private static readonly TimeSpan s_keptFor = TimeSpan.FromDays(30);

    [Function(nameof(GetOperation))]
    public async Task<IResult> GetOperation(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "operations/{id}")] HttpRequest request,
        string id, CurrentUser user, CancellationToken cancellationToken) =>
        Answer(await operations.Find(id, user.Id, cancellationToken));

    [BillingRole]
    [Function(nameof(ListOperations))]
    public async Task<IResult> ListOperations(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "billing/operations")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Paging.IsRefused(request, out var problem, out var limit, out var before, out _) ? problem : await operations.List(before, limit, cancellationToken);

    [BillingRole]
    [Function(nameof(GetAnyOperation))]
    public async Task<IResult> GetAnyOperation(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "billing/operations/{id}")] HttpRequest request,
        string id, CancellationToken cancellationToken) =>
        Answer(await operations.Find(id, cancellationToken));

    /// <summary>Timer function. A run that is missed or repeated changes nothing.</summary>
    [Function(nameof(StartOperations))]
    public async Task StartOperations(
        [TimerTrigger("*/30 * * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient durable, CancellationToken cancellationToken)
    {
        foreach (var run in await operations.Begin(cancellationToken))
        {
            await starter.Start(durable, run, cancellationToken);
        }
    }

    /// <summary>Timer function: what finished a month ago is forgotten.</summary>
    [Function(nameof(ForgetOperations))]
    public async Task ForgetOperations(
        [TimerTrigger("0 30 3 * * *")] TimerInfo timer, [DurableClient] DurableTaskClient durable, CancellationToken cancellationToken)
    {
        await operations.Forget(s_keptFor, cancellationToken);
        OrchestrationRuntimeStatus[] ended = [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];
        // From a date on: the storage would read all that it holds of any time.
        var until = time.GetUtcNow() - s_keptFor;
        await durable.PurgeAllInstancesAsync(new PurgeInstancesFilter(until - s_keptFor, until, ended), cancellationToken);
    }

    [Function(nameof(FinishOperation))]
    public Task FinishOperation([ActivityTrigger] OperationPart part, CancellationToken cancellationToken) => operations.Finish(part.OperationId, cancellationToken);

    private static IResult Answer(Operation? operation) =>
        operation is null ? ProblemResult.NotFound : JsonResult.Of(operation, ChatBotJson.Default.Operation);
}
