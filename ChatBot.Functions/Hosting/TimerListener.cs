using Microsoft.Azure.Functions.Worker;
using NCrontab;

namespace ChatBot.Functions.Hosting;

/// <summary>Triggers one timer function where there is no host. That it runs once at a time across instances is the function's own care.</summary>
public sealed partial class TimerListener(TimerFunction function, IServiceProvider services, TimeProvider time, ILogger<TimerListener> log)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var schedule = CrontabSchedule.Parse(function.Schedule, new CrontabSchedule.ParseOptions { IncludingSeconds = true });
        for (var next = time.GetUtcNow().UtcDateTime; ;)
        {
            var now = time.GetUtcNow().UtcDateTime;
            next = schedule.GetNextOccurrence(next > now ? next : now);
            await Task.Delay(next - now, time, stoppingToken);
            try
            {
                await function.Run(services, new TimerInfo(), stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                // As under the host: not again before its next tick.
                Log.Failed(log, function.Name, e.GetType().Name, e.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Function {Name} failed: {Reason} {Detail}")]
        public static partial void Failed(ILogger log, string name, string reason, string detail);
    }
}
