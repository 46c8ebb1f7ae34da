using System.ComponentModel;
using System.Diagnostics;

namespace ChatBot.Local;

/// <summary>A process that we started, own and end. Nothing here ends any other.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan OutputGrace = TimeSpan.FromSeconds(2);

    private readonly Process process;
    private readonly ProcessOutput output;
    private readonly TaskCompletionSource<int> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task reading = Task.CompletedTask;

    private ChildProcess(Process process, ProcessOutput output)
    {
        this.process = process;
        this.output = output;
        process.EnableRaisingEvents = true;
        // Not Process.WaitForExitAsync: that one also waits for whoever has inherited the child's output.
        process.Exited += (_, _) => exited.TrySetResult(process.ExitCode);
    }

    public int Id { get; private set; }

    public Task<int> Exited => exited.Task;

    public bool HasExited => exited.Task.IsCompleted;

    public IReadOnlyList<string> Lines => output.Lines;

    public static async Task<ChildProcess> StartAsync(ChildProcessStart start)
    {
        var command = LinuxLauncher.Wrap(start);
        var info = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = start.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in start.Environment)
            info.Environment[name] = value;

        var child = new ChildProcess(new Process { StartInfo = info }, new ProcessOutput(start.LogFile, start.OnLine));
        try
        {
            await ForkThread.StartAsync(child.process);
        }
        catch (Win32Exception failure)
        {
            throw new LocalStackException($"{start.FileName} could not be started: {failure.Message}", failure);
        }
        child.Begin();
        return child;
    }

    public string Tail(int lines) => string.Join('\n', output.Lines.TakeLast(lines));

    public void Signal(int signal)
    {
        if (HasExited)
            return;
        if (OperatingSystem.IsWindows())
            process.Kill(entireProcessTree: true);
        else
            Posix.Send(Id, signal);
    }

    public async Task KillAsync()
    {
        if (!HasExited)
            process.Kill();
        await exited.Task;
    }

    /// <summary>Sends the signal and waits; ends the process by force where it has not gone in time.</summary>
    public async Task<bool> EndAsync(int signal, TimeSpan patience)
    {
        Signal(signal);
        try
        {
            await exited.Task.WaitAsync(patience);
            return true;
        }
        catch (TimeoutException)
        {
            await KillAsync();
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await Task.WhenAny(reading, Task.Delay(OutputGrace));
        output.Dispose();
        process.Dispose();
    }

    private void Begin()
    {
        Id = process.Id;
        process.StandardInput.Close();
        reading = Task.WhenAll(output.ReadAsync(process.StandardOutput), output.ReadAsync(process.StandardError));
    }
}
