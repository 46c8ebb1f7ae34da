using ChatBot.Functions.Settings;

namespace ChatBot.Functions.Completions;

/// <summary>
/// When the program is told to end, running answers may go on for the grace period; what then still runs ends as interrupted,
/// in good order. Until then the server listens: answers can be read, stopped and resumed here, and a new send is told to go elsewhere.
/// </summary>
public sealed class CompletionShutdown(
    IHostApplicationLifetime lifetime, LiveCompletions live, CompletionRelay relay, StreamSettings settings, TimeProvider time)
    : IHostedLifecycleService
{
    /// <summary>Before any service is stopped, the server included.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        lifetime.StopApplication();
        _ = StopAfterGrace();
        return AllEnded(cancellationToken);
    }

    /// <summary>What cannot be stored in time is left to its lease.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => AllEnded(cancellationToken);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task StopAfterGrace()
    {
        await Task.Delay(settings.Grace, time);
        live.StopAll(CompletionOutcome.Interrupted);
    }

    private async Task AllEnded(CancellationToken cancellationToken) =>
        await relay.WhenAllEnded().WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
