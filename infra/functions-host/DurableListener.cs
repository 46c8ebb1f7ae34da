using System.Text.Json;
using ChatBot.Local.Protocol;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.DurableTask.Protobuf;
using RpcException = Grpc.Core.RpcException;

namespace ChatBot.Local;

/// <summary>
/// The durable extension's part, but for the task hub, which is a process of its own here: triggers orchestrations and activities as it says. What
/// a worker that is lost had begun is begun again.
/// </summary>
internal sealed class DurableListener(Uri endpoint, IEnumerable<Trigger> orchestrations, IEnumerable<Trigger> activities, Invoker invoker)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<string, Trigger> _orchestrations = orchestrations.ToDictionary(t => t.Function);
    private readonly Dictionary<string, Trigger> _activities = activities.ToDictionary(t => t.Function);

    public async Task RunAsync(CancellationToken stopping)
    {
        using var channel = GrpcChannel.ForAddress(endpoint);
        var hub = new TaskHubSidecarService.TaskHubSidecarServiceClient(channel);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                using var items = hub.GetWorkItems(new(), cancellationToken: stopping);
                await foreach (var item in items.ResponseStream.ReadAllAsync(stopping))
                {
                    _ = HandleAsync(hub, item, stopping);
                }
            }
            catch (Exception failure) when (failure is RpcException or OperationCanceledException)
            {
                // The task hub does not answer.
            }

            await Task.Delay(s_pause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task HandleAsync(TaskHubSidecarService.TaskHubSidecarServiceClient hub, WorkItem item, CancellationToken stopping)
    {
        try
        {
            switch (item.RequestCase)
            {
                case WorkItem.RequestOneofCase.OrchestratorRequest:
                    await OrchestrateAsync(hub, item);
                    break;
                case WorkItem.RequestOneofCase.ActivityRequest:
                    await hub.CompleteActivityTaskAsync(await ActAsync(item, stopping), cancellationToken: stopping);
                    break;
            }
        }
        catch (Exception failure) when (failure is RpcException or OperationCanceledException)
        {
            // The task hub gives it to another one.
        }
    }

    private async Task OrchestrateAsync(TaskHubSidecarService.TaskHubSidecarServiceClient hub, WorkItem item)
    {
        var request = item.OrchestratorRequest;
        var name = request.PastEvents.Concat(request.NewEvents).First(e => e.ExecutionStarted is not null).ExecutionStarted.Name;
        try
        {
            var result = await invoker.InvokeAsync(_orchestrations[name], new() { String = request.ToByteString().ToBase64() });
            var response = OrchestratorResponse.Parser.ParseFrom(ByteString.FromBase64(result!.String));
            response.CompletionToken = item.CompletionToken;
            await hub.CompleteOrchestratorTaskAsync(response);
        }
        catch (InvocationFailedException)
        {
            await hub.AbandonTaskOrchestratorWorkItemAsync(new() { CompletionToken = item.CompletionToken });
        }
    }

    private async Task<ActivityResponse> ActAsync(WorkItem item, CancellationToken stopping)
    {
        var request = item.ActivityRequest;
        var response = new ActivityResponse
        {
            InstanceId = request.OrchestrationInstance.InstanceId, TaskId = request.TaskId, CompletionToken = item.CompletionToken,
        };
        while (true)
        {
            try
            {
                // The input comes as an array of one.
                var input = JsonElement.Parse(request.Input)[0].GetRawText();
                var result = await invoker.InvokeAsync(_activities[request.Name], new() { String = input });
                response.Result = result?.DataCase == TypedData.DataOneofCase.Json ? result.Json : null;
                return response;
            }
            catch (InvocationFailedException failure) when (!failure.IsWorkerLost)
            {
                response.FailureDetails = new() { ErrorType = nameof(InvocationFailedException), ErrorMessage = failure.Message };
                return response;
            }
            catch (InvocationFailedException)
            {
                await Task.Delay(s_pause, stopping);
            }
        }
    }
}
