using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace ChatBot.Local;

/// <summary>A process of a worker. It ends with this process, however that ends.</summary>
internal sealed class WorkerProcess
{
    private const string SetPrivileges = "/usr/bin/setpriv";

    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;

    private WorkerProcess(ProcessStartInfo start, Action<LogLine> onLog)
    {
        _process = new() { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Print(LogLevel.Information, line.Data);
        _process.ErrorDataReceived += (_, line) => Print(LogLevel.Error, line.Data);

        void Print(LogLevel level, string? line)
        {
            if (line is not null)
            {
                onLog(new(level, "", line));
            }
        }
    }

    public int Id { get; private set; }

    public Task<int> Exited => _exited.Task;

    public static async Task<WorkerProcess> StartAsync(string fileName, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string> settings, Action<LogLine> onLog)
    {
        string[] command = File.Exists(SetPrivileges) ? [SetPrivileges, "--pdeathsig", "KILL", "--", fileName] : [fileName];
        var start = new ProcessStartInfo(command[0], command.Skip(1).Concat(arguments))
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Where the host listens is nothing of the worker's.
        start.Environment.Remove("ASPNETCORE_URLS");
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var process = new WorkerProcess(start, onLog);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // The kernel ends a child along with the thread that forked it: this one waits for the child.
        new Thread(() => process.Run(started)) { IsBackground = true, Name = "worker" }.Start();
        await started.Task;
        return process;
    }

    /// <summary>SIGKILL.</summary>
    public void Kill()
    {
        if (!Exited.IsCompleted)
        {
            _process.Kill();
        }
    }

    private void Run(TaskCompletionSource started)
    {
        try
        {
            _process.Start();
        }
        catch (Exception failure)
        {
            started.SetException(failure);
            return;
        }

        Id = _process.Id;
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        started.SetResult();
        // Until all that it printed is read, too.
        _process.WaitForExit();
        _exited.SetResult(_process.ExitCode);
    }
}
