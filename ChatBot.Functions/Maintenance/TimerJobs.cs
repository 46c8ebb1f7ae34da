namespace ChatBot.Functions.Maintenance;

internal static class TimerJobs
{
    /// <summary>Each job is a transaction of its own, and one that fails does not keep the others from being done.</summary>
    /// <exception cref="AggregateException">Some failed.</exception>
    public static async Task RunAll(IEnumerable<Func<Task>> jobs, CancellationToken cancellation)
    {
        List<Exception> failures = [];
        foreach (var job in jobs)
        {
            try
            {
                await job();
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                failures.Add(e);
            }
        }

        if (failures.Count > 0)
        {
            throw new AggregateException(failures);
        }
    }
}
