using System.Collections.Concurrent;
using System.Diagnostics;

namespace ChatBot.Local;

/// <summary>
/// Starts processes from one thread that lives as long as this process: the kernel sends the parent-death signal when
/// the thread that forked ends, and a thread of the pool ends whenever the pool finds it idle.
/// </summary>
internal static class ForkThread
{
    private static readonly BlockingCollection<(Process Process, TaskCompletionSource Started)> s_starts = [];

    static ForkThread() => new Thread(Run) { IsBackground = true, Name = "fork" }.Start();

    public static Task StartAsync(Process process)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        s_starts.Add((process, started));
        return started.Task;
    }

    private static void Run()
    {
        foreach (var (process, started) in s_starts.GetConsumingEnumerable())
        {
            try
            {
                process.Start();
                started.SetResult();
            }
            catch (Exception failure)
            {
                started.SetException(failure);
            }
        }
    }
}
