using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace ChatBot.Local;

/// <summary>
/// Polls the queue of a function as the queue extension does: a message is hidden while it is handled, deleted once it was, seen again
/// where that failed, and moved to the poison queue when it has failed too often.
/// </summary>
internal sealed class QueueListener(Trigger trigger, FunctionsPackage package, string connection, Invoker invoker)
{
    private const string PoisonSuffix = "-poison";

    private static readonly TimeSpan s_hidden = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(100);

    private readonly QueueClient _queue = new(connection, trigger.Binding.GetProperty("queueName").GetString());
    private readonly HashSet<Task> _running = [];

    public async Task RunAsync(CancellationToken stopping)
    {
        var pause = s_shortestPause;
        while (!stopping.IsCancellationRequested)
        {
            _running.RemoveWhere(task => task.IsCompleted);
            if (_running.Count > package.NewBatchThreshold)
            {
                await Task.WhenAny(_running);
                continue;
            }

            var messages = await ReceiveAsync();
            foreach (var message in messages)
            {
                _running.Add(HandleAsync(message));
            }

            pause = messages.Length > 0 ? s_shortestPause : pause * 2 < package.MaxPollingInterval ? pause * 2 : package.MaxPollingInterval;
            await Task.Delay(messages.Length > 0 ? TimeSpan.Zero : pause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(_running);
    }

    /// <exception cref="InvocationFailedException">The function failed.</exception>
    public Task InvokeAsync(QueueMessage message)
    {
        var payload = new QueuePayload(message, package.IsBase64);
        return invoker.InvokeAsync(trigger, payload.ToInput(), payload.ToMetadata());
    }

    private async Task<QueueMessage[]> ReceiveAsync()
    {
        try
        {
            return await _queue.ReceiveMessagesAsync(package.BatchSize, s_hidden);
        }
        catch (Exception failure) when (failure is RequestFailedException or AggregateException)
        {
            // Nobody has made the queue yet, or the storage account does not answer.
            return [];
        }
    }

    private async Task HandleAsync(QueueMessage message)
    {
        try
        {
            if (await IsDoneAsync(message))
            {
                await _queue.DeleteMessageAsync(message.MessageId, message.PopReceipt);
            }
            else
            {
                await _queue.UpdateMessageAsync(message.MessageId, message.PopReceipt, visibilityTimeout: package.VisibilityTimeout);
            }
        }
        catch (Exception failure) when (failure is RequestFailedException or AggregateException)
        {
            // It is seen again when it is not hidden any more.
        }
    }

    private async Task<bool> IsDoneAsync(QueueMessage message)
    {
        try
        {
            await InvokeAsync(message);
            return true;
        }
        catch (Exception failure) when (failure is InvocationFailedException or FormatException)
        {
            // Behind a poison queue there is none.
            if (message.DequeueCount < package.MaxDequeueCount || _queue.Name.EndsWith(PoisonSuffix, StringComparison.Ordinal))
            {
                return false;
            }

            var poison = new QueueClient(connection, _queue.Name + PoisonSuffix);
            await poison.CreateIfNotExistsAsync();
            await poison.SendMessageAsync(message.MessageText);
            return true;
        }
    }
}
