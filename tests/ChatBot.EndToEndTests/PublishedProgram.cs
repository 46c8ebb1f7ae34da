using ChatBot.EndToEndTests;
using ChatBot.Local;
using ChatBot.Tests.Stack;
using Npgsql;
using Xunit;

[assembly: AssemblyFixture(typeof(PublishedProgram))]

namespace ChatBot.EndToEndTests;

/// <summary>
/// The program as processes, on the local stack: the published binary that CHATBOT_BINARY names, else the build that was made
/// along with these tests.
/// </summary>
public class PublishedProgram : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("chatbot-e2e-");

    public LocalStack Stack { get; private set; } = null!;

    public NpgsqlDataSource Database { get; private set; } = null!;

    public AppProgram Program { get; } =
        Environment.GetEnvironmentVariable("CHATBOT_BINARY") is { Length: > 0 } binary ? AppProgram.Binary(binary) : AppProgram.Built();

    /// <summary>The package for Azure Functions: the folder that CHATBOT_PACKAGE names, else the build that was made along with these tests.</summary>
    public static string Package { get; } = Environment.GetEnvironmentVariable("CHATBOT_PACKAGE") is { Length: > 0 } folder ? folder : AppProgram.BuiltFolder;

    public virtual async ValueTask InitializeAsync()
    {
        Stack = await LocalStack.StartAsync(Configure(new StackOptions(_directory.FullName) { Durable = false, Program = Program }), TestContext.Current.CancellationToken);
        Stack.StandIn.Model.DefaultDelay = TimeSpan.Zero;
        Database = NpgsqlDataSource.Create(Stack.Postgres.ConnectionString());
    }

    /// <summary>A ready instance; the caller ends it.</summary>
    public async Task<AppProcess> Start(string name, params (string Name, string Value)[] settings)
    {
        var app = await Stack.StartAppAsync(name, overrides: settings.ToDictionary(s => s.Name, s => s.Value));
        await app.WaitUntilReadyAsync(cancellationToken: TestContext.Current.CancellationToken);
        return app;
    }

    /// <summary>The worker behind a Functions host that triggers nothing but by requests; the caller ends it.</summary>
    public Task<FunctionsHost> StartHosted(params (string Name, string Value)[] settings) =>
        StartHost(new() { Package = Package, Triggers = false }, settings);

    public Task<FunctionsHost> StartHost(FunctionsHostOptions options, params (string Name, string Value)[] settings)
    {
        // A worker's first connections are slow on a machine that runs other tests, too.
        var all = new Dictionary<string, string>(Stack.AppSettings) { ["Database__PoolWaitSeconds"] = "15" };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        return FunctionsHost.StartAsync(options with { Settings = all }, TestContext.Current.CancellationToken);
    }

    public async Task<TestUser> NewUser(Uri address)
    {
        var user = await LocalUser.CreateAsync(Stack.Postgres.ConnectionString(), TestContext.Current.CancellationToken);
        return new TestUser(user.Id, Stack.Tokens.Mint(user.Token()), address);
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await Stack.DisposeAsync();
        _directory.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    protected virtual StackOptions Configure(StackOptions options) => options;
}
