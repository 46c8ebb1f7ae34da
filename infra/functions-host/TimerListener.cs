using NCrontab;

namespace ChatBot.Local;

/// <summary>Fires a timer function by its schedule, one run at a time; a run that failed is not repeated before the next tick.</summary>
internal sealed class TimerListener(Trigger trigger, Invoker invoker)
{
    public async Task RunAsync(CancellationToken stopping)
    {
        var schedule = CrontabSchedule.Parse(trigger.Binding.GetProperty("schedule").GetString()!, new() { IncludingSeconds = true });
        for (var next = DateTime.UtcNow; !stopping.IsCancellationRequested;)
        {
            var now = DateTime.UtcNow;
            next = schedule.GetNextOccurrence(next > now ? next : now);
            await Task.Delay(next - now, stopping);
            await Task.WhenAny(FireAsync());
        }
    }

    /// <exception cref="InvocationFailedException">The function failed.</exception>
    public Task FireAsync()
    {
        // There is no status of schedules under a minute.
        const string Timer = """{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":false}""";
        return invoker.InvokeAsync(trigger, new() { Json = Timer });
    }
}
