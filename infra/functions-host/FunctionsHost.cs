using System.Collections.Concurrent;
using Azure.Storage.Queues.Models;

namespace ChatBot.Local;

/// <summary>
/// A small Functions host: it starts the worker of a published app and speaks the real protocol with it, so that what a host does to the
/// program can be seen and tested. The storage account's queues, the clock and requests trigger the functions.
/// </summary>
public sealed class FunctionsHost : IAsyncDisposable
{
    private const int KeptLines = 10_000;
    private const string DurableTask = "DurableTask__Endpoint";

    private readonly FunctionsHostOptions _options;
    private readonly FunctionsPackage _package;
    private readonly ConcurrentQueue<LogLine> _logs = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly WorkerGateway _gateway;
    private readonly Workers _workers;
    private readonly Invoker _invoker;
    private readonly Dictionary<string, TimerListener> _timers = [];
    private readonly Dictionary<string, QueueListener> _queues = [];
    private HttpTriggers _front = null!;
    private Task _listening = Task.CompletedTask;

    private FunctionsHost(FunctionsHostOptions options, WorkerGateway gateway)
    {
        (_options, _gateway) = (options, gateway);
        _package = new(options.Package);
        _workers = new(() => Worker.StartAsync(_package, options.Settings, gateway, Log));
        _invoker = new(_workers, Setting(DurableTask));
    }

    public string BaseUrl => _front.Url;

    /// <summary>What workers have logged and printed, the last ten thousand lines.</summary>
    public IReadOnlyList<LogLine> Logs => [.. _logs];

    public IReadOnlyList<FailedInvocation> Failures => _invoker.Failures;

    /// <summary>Ids of the invocations that run now.</summary>
    public IReadOnlyList<string> RunningInvocations => [.. _invoker.Running];

    /// <exception cref="InvocationFailedException">The worker does not start.</exception>
    public static async Task<FunctionsHost> StartAsync(FunctionsHostOptions options, CancellationToken cancellationToken = default)
    {
        var host = new FunctionsHost(options, await WorkerGateway.StartAsync(cancellationToken));
        try
        {
            await host.StartAsync(cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Of the worker that runs now; waits for it.</summary>
    public async Task<int> WorkerProcessIdAsync() => (await _workers.ReadyAsync()).Process.Id;

    /// <summary>Where the worker's own server listens.</summary>
    public async Task<Uri> WorkerUrlAsync() => (await _workers.ReadyAsync()).HttpUri;

    /// <summary>SIGKILL. The next worker is started at once.</summary>
    public async Task KillWorkerAsync() => await (await _workers.ReadyAsync()).KillAsync();

    /// <exception cref="InvocationFailedException">The function failed.</exception>
    public Task InvokeTimerAsync(string function) => _timers[function].FireAsync();

    /// <param name="body">As it stands in the queue.</param>
    /// <exception cref="InvocationFailedException">The function failed.</exception>
    public Task InvokeQueueAsync(string function, string body, long dequeueCount = 1, string? messageId = null)
    {
        var now = DateTimeOffset.UtcNow;
        return _queues[function].InvokeAsync(QueuesModelFactory.QueueMessage(
            messageId ?? Guid.NewGuid().ToString(), "receipt", body, dequeueCount, now.AddMinutes(10), now, now.AddDays(7)));
    }

    /// <summary>Triggers nothing more, lets what is in flight end, and then ends the worker.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_front.StopAsync(), Task.WhenAny(_listening, Task.Delay(_options.DrainTimeout)));
        await _workers.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _workers.DisposeAsync();
        if (_front is not null)
        {
            await _front.DisposeAsync();
        }

        await _gateway.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        var worker = await _workers.ReadyAsync().WaitAsync(cancellationToken);
        var triggers = worker.Functions.Where(f => !IsDisabled(f.Name)).Select(Trigger.Of).ToLookup(t => t.Type);
        foreach (var timer in triggers["timerTrigger"])
        {
            _timers.Add(timer.Function, new(timer, _invoker));
        }

        foreach (var queue in triggers["queueTrigger"])
        {
            _queues.Add(queue.Function, new(queue, _package, Setting("AzureWebJobsStorage")!, _invoker));
        }

        _front = new(_options, _package, triggers["httpTrigger"], _workers, _invoker);
        await _front.StartAsync(cancellationToken);
        if (_options.Triggers)
        {
            _listening = Task.WhenAll([
                .. _timers.Values.Select(t => t.RunAsync(_stopping.Token)),
                .. _queues.Values.Select(q => q.RunAsync(_stopping.Token)),
                .. DurableListeners(triggers).Select(d => d.RunAsync(_stopping.Token)),
            ]);
        }
    }

    private IEnumerable<DurableListener> DurableListeners(ILookup<string, Trigger> triggers)
    {
        if (Setting(DurableTask) is { } endpoint)
        {
            yield return new(new(endpoint), triggers["orchestrationTrigger"], triggers["activityTrigger"], _invoker);
        }
    }

    private bool IsDisabled(string function) =>
        bool.TryParse(Setting($"AzureWebJobs.{function}.Disabled") ?? Setting($"AzureWebJobs__{function}__Disabled"), out var isDisabled) && isDisabled;

    private string? Setting(string name) => _options.Settings.GetValueOrDefault(name) ?? Environment.GetEnvironmentVariable(name);

    private void Log(LogLine line)
    {
        _logs.Enqueue(line);
        if (_logs.Count > KeptLines)
        {
            _logs.TryDequeue(out _);
        }

        _options.OnLog(line);
    }
}
