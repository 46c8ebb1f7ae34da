using System.ComponentModel;
using System.Diagnostics;

namespace ChatBot.Local;

/// <summary>A process that we started, own and end. Nothing here ends any other.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_outputGrace = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly ProcessOutput _output;
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;

    private ChildProcess(Process process, ProcessOutput output)
    {
        _process = process;
        _output = output;
        _process.EnableRaisingEvents = true;
        // Not Process.WaitForExitAsync: that one also waits for whoever has inherited the child's output.
        _process.Exited += (_, _) => _exited.TrySetResult(_process.ExitCode);
    }

    public int Id { get; private set; }

    public Task<int> Exited => _exited.Task;

    public bool HasExited => _exited.Task.IsCompleted;

    public IReadOnlyList<string> Lines => _output.Lines;

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
        {
            info.Environment[name] = value;
        }

        var child = new ChildProcess(new Process { StartInfo = info }, new ProcessOutput(start.LogFile, start.OnLine));
        try
        {
            await ForkThread.StartAsync(child._process);
        }
        catch (Win32Exception failure)
        {
            throw new LocalStackException($"{start.FileName} could not be started: {failure.Message}", failure);
        }
        child.Begin();
        return child;
    }

    public string Tail(int lines) => string.Join('\n', _output.Lines.TakeLast(lines));

    public void Signal(int signal)
    {
        if (HasExited)
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            _process.Kill(entireProcessTree: true);
        }
        else
        {
            Posix.Send(Id, signal);
        }
    }

    /// <summary>Also to the processes that it has started.</summary>
    public void SignalGroup(int signal)
    {
        if (!HasExited)
        {
            Posix.Send(LinuxLauncher.OwnsGroup ? -Id : Id, signal);
        }
    }

    public async Task KillAsync()
    {
        if (!HasExited)
        {
            _process.Kill();
        }

        await _exited.Task;
    }

    /// <summary>Sends the signal and waits; ends the process by force where it has not gone in time.</summary>
    public async Task<bool> EndAsync(int signal, TimeSpan timeout)
    {
        Signal(signal);
        try
        {
            await _exited.Task.WaitAsync(timeout);
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
        await Task.WhenAny(_reading, Task.Delay(s_outputGrace));
        _output.Dispose();
        _process.Dispose();
    }

    private void Begin()
    {
        Id = _process.Id;
        _process.StandardInput.Close();
        _reading = Task.WhenAll(_output.ReadAsync(_process.StandardOutput), _output.ReadAsync(_process.StandardError));
    }
}
