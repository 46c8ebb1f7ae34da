using ChatBot.Local.Protocol;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;

namespace ChatBot.Local;

/// <summary>One process of the app, ready for invocations.</summary>
internal sealed class Worker
{
    private const string HostVersion = "4.1037.0.0";

    private static readonly TimeSpan s_terminationGrace = TimeSpan.FromSeconds(5);

    private readonly WorkerChannel _channel;
    private readonly Dictionary<string, RpcFunctionMetadata> _functions = [];

    private Worker(WorkerProcess process, WorkerChannel channel) => (Process, _channel) = (process, channel);

    public WorkerProcess Process { get; }

    public bool IsLost => _channel.IsLost;

    /// <summary>Where its own server listens.</summary>
    public Uri HttpUri { get; private set; } = null!;

    public IEnumerable<RpcFunctionMetadata> Functions => _functions.Values;

    /// <exception cref="InvocationFailedException">It ended before it was ready.</exception>
    public static async Task<Worker> StartAsync(FunctionsPackage package, IReadOnlyDictionary<string, string> settings, WorkerGateway gateway, Action<LogLine> onLog)
    {
        var id = Guid.NewGuid().ToString();
        var channel = new WorkerChannel(log => onLog(ToLine(log)));
        gateway.Expect(id, channel);
        string[] arguments =
        [
            package.Assembly,
            "--functions-uri", gateway.Url,
            "--functions-worker-id", id,
            "--functions-request-id", Guid.NewGuid().ToString(),
            "--functions-grpc-max-message-length", $"{int.MaxValue}",
        ];
        var environment = new Dictionary<string, string>(settings)
        {
            ["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated",
            ["FUNCTIONS_WORKER_DIRECTORY"] = package.Folder,
            ["FUNCTIONS_APPLICATION_DIRECTORY"] = package.Folder,
        };
        var process = await WorkerProcess.StartAsync(package.Executable, arguments, package.Folder, environment, onLog);
        _ = process.Exited.ContinueWith(
            exited =>
            {
                gateway.Forget(id);
                channel.Lose($"The worker ended with exit code {exited.Result}.");
            },
            TaskScheduler.Default);
        try
        {
            var worker = new Worker(process, channel);
            await channel.ConnectedAsync();
            await worker.PrepareAsync(package.Folder);
            return worker;
        }
        catch
        {
            process.Kill();
            throw;
        }
    }

    /// <exception cref="InvocationFailedException">It failed, or the worker was lost.</exception>
    public async Task<TypedData?> InvokeAsync(string function, InvocationRequest request)
    {
        request.FunctionId = _functions[function].FunctionId;
        var response = await _channel.CallAsync(new() { RequestId = request.InvocationId, InvocationRequest = request });
        Require(response.InvocationResponse.Result);
        return response.InvocationResponse.ReturnValue;
    }

    /// <summary>Completes when it is lost.</summary>
    public Task LostAsync() => _channel.LostAsync();

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        Process.Kill();
        await Task.WhenAll(Process.Exited, LostAsync());
    }

    /// <summary>Asks it to end, as a host does, and kills it where it has not in time.</summary>
    public async Task TerminateAsync()
    {
        _channel.Send(new() { WorkerTerminate = new() { GracePeriod = Duration.FromTimeSpan(s_terminationGrace) } });
        await Task.WhenAny(Process.Exited, Task.Delay(s_terminationGrace));
        await KillAsync();
    }

    private async Task PrepareAsync(string folder)
    {
        var init = await CallAsync(new() { WorkerInitRequest = new() { HostVersion = HostVersion, WorkerDirectory = folder, FunctionAppDirectory = folder } });
        Require(init.WorkerInitResponse.Result);
        HttpUri = new(init.WorkerInitResponse.Capabilities["HttpUri"]);
        var metadata = await CallAsync(new() { FunctionsMetadataRequest = new() { FunctionAppDirectory = folder } });
        Require(metadata.FunctionMetadataResponse.Result);
        foreach (var function in metadata.FunctionMetadataResponse.FunctionMetadataResults)
        {
            var load = await CallAsync(new() { FunctionLoadRequest = new() { FunctionId = function.FunctionId, Metadata = function } });
            Require(load.FunctionLoadResponse.Result);
            _functions.Add(function.Name, function);
        }
    }

    private Task<StreamingMessage> CallAsync(StreamingMessage request)
    {
        request.RequestId = Guid.NewGuid().ToString();
        return _channel.CallAsync(request);
    }

    private static void Require(StatusResult result)
    {
        if (result.Status != StatusResult.Types.Status.Success)
        {
            throw new InvocationFailedException(result.Exception is { } exception ? $"{exception.Type} {exception.Message}".TrimStart() : $"{result.Status} {result.Result}");
        }
    }

    private static LogLine ToLine(RpcLog log) => new(
        (LogLevel)log.Level, log.Category is { Length: > 0 } category ? category : nameof(Worker), log.Exception is { } exception ? $"{log.Message} {exception.Message} {exception.StackTrace}" : log.Message, log.InvocationId);
}
