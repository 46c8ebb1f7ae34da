namespace ChatBot.Local;

/// <summary>Sees to it that there is a worker: when one has ended, the next is started, and requests wait for it.</summary>
internal sealed class Workers(Func<Task<Worker>> start) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private Task<Worker>? _current;
    private bool _isStopping;

    /// <exception cref="InvocationFailedException">It cannot be started.</exception>
    public Task<Worker> ReadyAsync()
    {
        lock (_lock)
        {
            var isNeeded = _current is null or { IsFaulted: true } or { IsCompletedSuccessfully: true, Result.IsLost: true };
            return isNeeded && !_isStopping ? _current = StartAsync() : _current!;
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _isStopping = true;
        }

        if (_current is not null && await Task.WhenAny(_current) is { IsCompletedSuccessfully: true } current)
        {
            await (await current).TerminateAsync();
        }
    }

    private async Task<Worker> StartAsync()
    {
        var worker = await start();
        _ = ReplaceAsync(worker);
        return worker;
    }

    private async Task ReplaceAsync(Worker worker)
    {
        await worker.LostAsync();
        worker.Process.Kill();
        // One that cannot be started is tried again when it is asked for.
        await Task.WhenAny(ReadyAsync());
    }
}
