using System.Collections;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ChatBot.Local;

/// <summary>
/// Runs a Functions package behind a Functions host until it is told to stop: the process that <see cref="AppProgram.Package"/> starts.
/// As with the program itself, the environment holds the settings and says where to listen.
/// </summary>
internal sealed class HostCommand(string package)
{
    public async Task<int> RunAsync()
    {
        var settings = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "");
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.TrySetResult();
        }

        try
        {
            await using var host = await FunctionsHost.StartAsync(new()
            {
                Package = package,
                Port = settings.TryGetValue("ASPNETCORE_URLS", out var url) ? new Uri(url).Port : 0,
                AllowedOrigins = [.. settings.Where(s => s.Key.StartsWith("Cors__AllowedOrigins__", StringComparison.OrdinalIgnoreCase)).Select(s => s.Value)],
                OnLog = Print,
            });
            await stop.Task;
            await host.StopAsync();
            return 0;
        }
        catch (InvocationFailedException failure)
        {
            throw new LocalStackException(failure.Message, failure);
        }
    }

    private static void Print(LogLine line)
    {
        if (line.Level >= LogLevel.Information)
        {
            Console.WriteLine(line.Category.Length == 0 ? line.ToString() : string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} {line}"));
        }
    }
}
