using ChatBot.Functions.Identity;
using ChatBot.Functions.Settings;
using ChatBot.Local;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ChatBot.Tests.Identity;

/// <summary>A project's key set at an address of its own, counted, which can be rotated and be down.</summary>
internal sealed class KeyServer : IAsyncDisposable
{
    private readonly StandInServer _server;
    private readonly HttpClient _http = new();

    private KeyServer(StandInServer server) => _server = server;

    public SupabaseAuth Auth => _server.Auth;

    public string Url => _server.Url;

    public ManualTime Time { get; } = new();

    public static async Task<KeyServer> Start(params SigningKey[] keys) =>
        new(await StandInServer.StartAsync(new SupabaseAuth(keys), cancellationToken: TestContext.Current.CancellationToken));

    /// <summary>The program's view of it, as of a process that has just started.</summary>
    public SigningKeys NewKeys() => new(
        new SupabaseSettings($"{Url}/auth/v1", new Uri($"{Url}/auth/v1/.well-known/jwks.json"), null), _http, Time, NullLogger<SigningKeys>.Instance);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }
}
