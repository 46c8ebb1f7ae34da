using System.Collections.Concurrent;
using System.Threading.Channels;
using ChatBot.Local.Protocol;
using Grpc.Core;

namespace ChatBot.Local;

/// <summary>The messages to and from one worker.</summary>
internal sealed class WorkerChannel(Action<RpcLog> onLog)
{
    private readonly Channel<StreamingMessage> _toWorker = Channel.CreateUnbounded<StreamingMessage>();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StreamingMessage>> _calls = [];
    private readonly TaskCompletionSource<StreamingMessage> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsLost => _lost.Task.IsCompleted;

    /// <exception cref="InvocationFailedException">The worker was lost.</exception>
    public async Task ConnectedAsync() => await await Task.WhenAny(_connected.Task, _lost.Task);

    /// <summary>Completes when the worker is lost.</summary>
    public Task LostAsync() => Task.WhenAny(_lost.Task);

    /// <summary>Returns what the worker answers.</summary>
    /// <exception cref="InvocationFailedException">The worker was lost.</exception>
    public async Task<StreamingMessage> CallAsync(StreamingMessage request)
    {
        var answer = new TaskCompletionSource<StreamingMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls[request.RequestId] = answer;
        try
        {
            Send(request);
            return await await Task.WhenAny(answer.Task, _lost.Task);
        }
        finally
        {
            _calls.TryRemove(request.RequestId, out _);
        }
    }

    public void Send(StreamingMessage message) => _toWorker.Writer.TryWrite(message);

    /// <summary>Fails what waits for the worker, now and later.</summary>
    public void Lose(string reason) => _lost.TrySetException(new InvocationFailedException(reason) { IsWorkerLost = true });

    /// <summary>Until the worker hangs up, which it does when its process ends, and at once.</summary>
    public async Task RunAsync(IAsyncStreamReader<StreamingMessage> fromWorker, IServerStreamWriter<StreamingMessage> toWorker, CancellationToken cancellationToken)
    {
        _connected.TrySetResult();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var writing = WriteAsync(toWorker, end.Token);
        try
        {
            while (await fromWorker.MoveNext(end.Token))
            {
                Receive(fromWorker.Current);
            }
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException)
        {
            // As when its process has ended.
        }

        Lose("The worker has hung up.");
        await end.CancelAsync();
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task WriteAsync(IServerStreamWriter<StreamingMessage> toWorker, CancellationToken cancellationToken)
    {
        await foreach (var message in _toWorker.Reader.ReadAllAsync(cancellationToken))
        {
            await toWorker.WriteAsync(message, cancellationToken);
        }
    }

    private void Receive(StreamingMessage message)
    {
        if (message.ContentCase == StreamingMessage.ContentOneofCase.RpcLog)
        {
            onLog(message.RpcLog);
        }
        else if (_calls.TryGetValue(message.RequestId, out var call))
        {
            call.TrySetResult(message);
        }
    }
}
