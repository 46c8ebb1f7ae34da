using ChatBot.Functions.Settings;

namespace ChatBot.Functions.Completions;

/// <summary>
/// When the program is told to end, running answers may go on for the grace period; what then still runs ends as interrupted,
/// in good order.
/// </summary>
public sealed class CompletionShutdown(
    IHostApplicationLifetime lifetime, LiveCompletions live, CompletionRelay relay, StreamSettings settings, TimeProvider time) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStopping.Register(() => _ = EndAfterGrace());
        return Task.CompletedTask;
    }

    /// <summary>What cannot be stored in time is left to its lease.</summary>
    public async Task StopAsync(CancellationToken cancellationToken) =>
        await relay.WhenAllEnded().WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task EndAfterGrace()
    {
        await Task.WhenAny(relay.WhenAllEnded(), Task.Delay(settings.Grace, time));
        foreach (var completion in live.All)
        {
            completion.Stop(AnswerEnd.OfInterrupted);
        }
    }
}
