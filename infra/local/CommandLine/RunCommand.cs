using System.Collections;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ChatBot.Local;

/// <summary>Runs the stack until it is told to stop.</summary>
internal sealed record RunCommand
{
    private const int FirstPort = 7071;
    private const int MostInstances = 64;
    private const int Interrupted = 130;

    public int Port { get; private init; } = FirstPort;
    public int Instances { get; private init; } = 1;
    public bool NoApp { get; private init; }
    public bool Fresh { get; private init; }
    public string Data { get; private init; } = RepositoryRoot.Combine(".local");
    public string? ReadyFilePath { get; private init; }
    public bool LocalSettings { get; private init; }
    public long? TokenCap { get; private init; }
    public decimal? CostCap { get; private init; }
    public string? Binary { get; private init; }
    public bool Functions { get; private init; }
    public bool Verbose { get; private init; }

    public static RunCommand Parse(Arguments arguments)
    {
        var command = new RunCommand();
        while (arguments.Next())
        {
            command = arguments.Current switch
            {
                "--port" => command with { Port = arguments.Count(1, ushort.MaxValue) },
                "--instances" => command with { Instances = arguments.Count(1, MostInstances) },
                "--no-app" => command with { NoApp = true },
                "--fresh" => command with { Fresh = true },
                "--data" => command with { Data = arguments.Text() },
                "--ready-file" => command with { ReadyFilePath = arguments.Text() },
                "--local-settings" => command with { LocalSettings = true },
                "--token-cap" => command with { TokenCap = arguments.Long() },
                "--cost-cap" => command with { CostCap = arguments.Amount() },
                "--binary" => command with { Binary = arguments.Text() },
                "--functions" => command with { Functions = true },
                "--verbose" => command with { Verbose = true },
                _ => throw arguments.Unknown(),
            };
        }
        return command;
    }

    public async Task<int> RunAsync()
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        // The first signal asks; the system carries out the second.
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }

        _ = StopWithDotNetRunAsync(stop);
        try
        {
            await RunAsync(stop.Token);
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Console.WriteLine("Stopped before it was ready.");
            return Interrupted;
        }
    }

    private async Task RunAsync(CancellationToken stop)
    {
        var watch = Stopwatch.StartNew();
        await using var stack = await LocalStack.StartAsync(Options(), stop);
        if (ReadyFilePath is not null)
        {
            ReadyFile.Write(ReadyFilePath, stack);
        }

        if (LocalSettings)
        {
            LocalSettingsFile.Write(stack);
            Console.WriteLine($"Wrote {LocalSettingsFile.Path}");
        }

        Console.WriteLine(Announcement.Of(stack, watch.Elapsed));

        var told = stack.Processes.Select(process => TellOfEndAsync(process, stop));
        await Task.WhenAll(told);
        Console.WriteLine("Stopping…");
    }

    private static async Task StopWithDotNetRunAsync(CancellationTokenSource stop)
    {
        await DotNetRun.UntilGoneAsync(stop.Token);
        await stop.CancelAsync();
    }

    private static async Task TellOfEndAsync(StackProcess process, CancellationToken stop)
    {
        var stopped = Task.Delay(Timeout.Infinite, stop);
        if (await Task.WhenAny(process.Exited, stopped) == process.Exited)
        {
            Console.Error.WriteLine($"\n*** {process.Name} (process {process.ProcessId}) HAS ENDED UNEXPECTEDLY. The rest runs on. See {process.LogFile} ***\n");
        }

        await Task.WhenAny(stopped);
    }

    private StackOptions Options()
    {
        var output = new AppConsole(Verbose);
        return new(Data)
        {
            Fresh = Fresh,
            Instances = NoApp ? 0 : Instances,
            Port = Port,
            Program = Functions ? AppProgram.Package(Binary ?? AppProgram.BuiltFolder) : Binary is null ? null : AppProgram.Binary(Binary),
            TokenCap = TokenCap,
            CostCap = CostCap,
            Environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? ""),
            Report = Console.WriteLine,
            ReportOutput = output.Show,
        };
    }
}
