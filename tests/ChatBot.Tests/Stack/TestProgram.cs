using ChatBot.Functions.Hosting;

namespace ChatBot.Tests.Stack;

/// <summary>An instance of the program in this process, on a port of its own.</summary>
public sealed class TestProgram : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestProgram(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    public IServiceProvider Services => _app.Services;

    public IEnumerable<RouteEndpoint> Routes => ((IEndpointRouteBuilder)_app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>();

    public static async Task<TestProgram> Start(IReadOnlyDictionary<string, string> settings, IEnumerable<(string Name, string Value)> overrides)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(Name(s.Key), (string?)s.Value)));
        foreach (var (name, value) in overrides)
        {
            builder.Configuration[Name(name)] = value;
        }

        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var app = StandaloneHost.Build(builder);
        app.Urls.Add("http://127.0.0.1:0");
        await app.StartAsync();
        return new TestProgram(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static string Name(string name) => name.Replace("__", ":", StringComparison.Ordinal);
}
