using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpc.Core;
using Microsoft.DurableTask.Protobuf;

namespace ChatBot.DurableTask;

/// <summary>What is to be done, each by one program. What a program that is gone had taken, the next one gets.</summary>
public sealed class WorkItems : IServerStreamWriter<WorkItem>
{
    // Programs take a connection that is silent for two minutes for a broken one.
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(30);

    private readonly Channel<WorkItem> _waiting = Channel.CreateUnbounded<WorkItem>();
    private readonly ConcurrentDictionary<string, (WorkItem Item, object Program)> _taken = [];

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(WorkItem message)
    {
        _waiting.Writer.TryWrite(message);
        return Task.CompletedTask;
    }

    /// <summary>Hands items to a program until it is gone.</summary>
    public async Task Serve(IServerStreamWriter<WorkItem> program, CancellationToken gone)
    {
        try
        {
            while (true)
            {
                await program.WriteAsync(await Next(program, gone), gone);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
        {
            // The program is gone.
        }
        finally
        {
            foreach (var (token, taken) in _taken)
            {
                if (taken.Program == program)
                {
                    Return(token);
                }
            }
        }
    }

    /// <summary>False for what is done already, or in another program's hands by now.</summary>
    public bool TryEnd(string token) => _taken.TryRemove(token, out _);

    public bool IsTaken(string token) => _taken.ContainsKey(token);

    /// <summary>For another program.</summary>
    public void Return(string token)
    {
        if (_taken.TryRemove(token, out var taken))
        {
            _waiting.Writer.TryWrite(taken.Item);
        }
    }

    private async Task<WorkItem> Next(IServerStreamWriter<WorkItem> program, CancellationToken gone)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(gone);
        silence.CancelAfter(s_silence);
        try
        {
            var item = await _waiting.Reader.ReadAsync(silence.Token);
            // Each time another: what comes late from a program that it was taken from does not count.
            item.CompletionToken = Guid.NewGuid().ToString();
            _taken[item.CompletionToken] = (item, program);
            return item;
        }
        catch (OperationCanceledException) when (!gone.IsCancellationRequested)
        {
            return new() { HealthPing = new() };
        }
    }
}
