using ChatBot.Functions.Operations;
using ChatBot.Functions.Settings;
using Grpc.Net.Client;
using Microsoft.DurableTask.Worker;

namespace ChatBot.Functions.Hosting;

/// <summary>Runs orchestrations and their activities where there is no host, as the task hub's process tells it to.</summary>
internal sealed class DurableListener(ChatBotSettings settings, IServiceProvider services, ILoggerFactory logs) : BackgroundService
{
    // Nobody waits for it, and the first requests are in a hurry.
    private static readonly TimeSpan s_delay = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(s_delay, stoppingToken);
        using var channel = DurableTaskChannel.To(settings.DurableTask!.Endpoint);
        await using var provider = Build(channel, stoppingToken);
        var worker = provider.GetRequiredService<IHostedService>();
        await worker.StartAsync(stoppingToken);
        try
        {
            await Task.Delay(Timeout.Infinite, stoppingToken);
        }
        finally
        {
            await worker.StopAsync(CancellationToken.None);
        }
    }

    private ServiceProvider Build(GrpcChannel channel, CancellationToken stopping)
    {
        var tasks = new ServiceCollection();
        tasks.AddSingleton(logs);
        tasks.AddLogging();
        tasks.AddDurableTaskWorker(worker =>
        {
            worker.UseGrpc(channel);
            worker.Configure(options =>
            {
                options.DataConverter = new DurableJson();
                // Else each line comes twice.
                options.Logging.UseLegacyCategories = false;
            });
            worker.UseVersioning(new()
            {
                Version = OperationStarter.Version,
                DefaultVersion = OperationStarter.Version,
                MatchStrategy = DurableTaskWorkerOptions.VersionMatchStrategy.CurrentOrOlder,
                FailureStrategy = DurableTaskWorkerOptions.VersionFailureStrategy.Reject,
            });
            worker.AddTasks(registry =>
            {
                ChatBotApp.Functions.Orchestrations.ForEach(f => registry.AddOrchestrator(f.Name, f.AsOrchestration));
                ChatBotApp.Functions.Activities.ForEach(f => registry.AddActivity(f.Name, _ => f.AsActivity(services, stopping)));
            });
        });
        return tasks.BuildServiceProvider();
    }
}
