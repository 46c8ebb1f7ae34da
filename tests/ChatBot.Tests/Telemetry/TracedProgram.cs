using ChatBot.Local;
using ChatBot.Tests.Stack;
using ChatBot.Tests.Telemetry.Otlp;
using Xunit;

namespace ChatBot.Tests.Telemetry;

/// <summary>
/// A process of the program that exports to a collector, with queues of its own: sources and meters are a process's, so that what one
/// program does in the tests' process would be seen by all.
/// </summary>
internal sealed class TracedProgram : IAsyncDisposable
{
    private static int _started;

    private readonly TestStack _stack;

    private TracedProgram(TestStack stack, OtlpCollector collector, StorageAccount account, AppProcess app)
    {
        _stack = stack;
        (Collector, Account, App) = (collector, account, app);
    }

    public OtlpCollector Collector { get; }

    public StorageAccount Account { get; }

    public AppProcess App { get; }

    public Uri Address => new(App.BaseUrl);

    public static async Task<TracedProgram> Start(TestStack stack, params (string Name, string Value)[] settings)
    {
        var collector = await OtlpCollector.Start();
        var account = new StorageAccount(stack.Local.Azurite);
        var app = await StartProcess(stack, [collector.Setting, account.Setting, .. settings]);
        return new TracedProgram(stack, collector, account, app);
    }

    public static async Task<AppProcess> StartProcess(TestStack stack, params (string Name, string Value)[] settings)
    {
        // Its database may be another than the one whose operations the stack's task hub has.
        var own = new Dictionary<string, string> { ["ModelCalls__CircuitFailures"] = "10000", [TestTaskHub.None.Name] = TestTaskHub.None.Value };
        foreach (var (name, value) in settings)
        {
            own[name] = value;
        }

        var app = await stack.Local.StartAppAsync($"traced-{Interlocked.Increment(ref _started)}", overrides: own);
        await app.WaitUntilReadyAsync(cancellationToken: TestContext.Current.CancellationToken);
        return app;
    }

    public async Task<TestUser> NewUser() => (await _stack.NewUser()).At(Address);

    /// <summary>The program is told to end, and has sent all that it had to tell when it has.</summary>
    public async Task End() => Assert.True(await App.TerminateAsync(), "The program does not end by itself.");

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Account.DisposeAsync();
        await Collector.DisposeAsync();
    }
}
