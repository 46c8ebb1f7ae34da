using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatBot.Local;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.EndToEndTests.Clients;

/// <summary>Pages with the real hook, rendered by React under Node and in Chromium, before two instances of the program.</summary>
public sealed class ClientPages(PublishedProgram published) : IAsyncLifetime
{
    private const int MessagesAtMost = 100;

    private static readonly int[] s_majors = [5, 6, 7];

    private readonly Dictionary<(ClientProcess?, string), Dictionary<int, Task<ClientVisit>>> _visits = [];
    private Dictionary<int, ClientProcess> _clients = [];
    private ClientProcess _chromium = null!;
    private AppProcess _here = null!;
    private AppProcess _there = null!;

    /// <summary>Of the AI SDK.</summary>
    public static TheoryData<int> Majors { get; } = new(s_majors);

    public static TheoryData<int, string> Each(params string[] scenarios) => new MatrixTheoryData<int, string>(s_majors, scenarios);

    public PublishedProgram Published => published;

    public async ValueTask InitializeAsync()
    {
        var clients = await Task.WhenAll(s_majors.Select(ClientProcess.Start));
        _clients = s_majors.Zip(clients).ToDictionary();
        _chromium = await ClientProcess.StartChromium();
        var origin = ("Cors__AllowedOrigins__0", _chromium.Address.GetLeftPart(UriPartial.Authority));
        _here = await published.Start("pages-here", origin);
        _there = await published.Start("pages-there", origin);
    }

    public Task<TestUser> NewUser() => published.NewUser(new Uri(_here.BaseUrl));

    /// <summary>By a user of its own.</summary>
    public Task<ClientVisit> Visit(int major, string scenario, bool createsChat = false) => VisitOnce(null, major, scenario, createsChat);

    public Task<ClientVisit> Visit(int major, string scenario, TestUser user) => Play(_clients[major], major, scenario, user, false);

    /// <summary>By a user of its own.</summary>
    public Task<ClientVisit> VisitInChromium(int major, string scenario) => File.Exists(ClientProcess.Chromium)
        ? VisitOnce(_chromium, major, scenario, createsChat: false)
        : throw new LocalStackException("The tests of the clients in a browser need Chromium: apt-get install chromium, or set CHROMIUM to its path.");

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values.Append(_chromium))
        {
            await client.DisposeAsync();
        }

        await _here.DisposeAsync();
        await _there.DisposeAsync();
    }

    /// <summary>As a scenario waits more than it works, it is played for each major at once when it is asked for by one.</summary>
    /// <param name="shared">Plays it for all majors; null where each has its own process.</param>
    private async Task<ClientVisit> VisitOnce(ClientProcess? shared, int major, string scenario, bool createsChat)
    {
        if (!_visits.TryGetValue((shared, scenario), out var visits))
        {
            _visits[(shared, scenario)] = visits = s_majors.ToDictionary(
                m => m, async m => await Play(shared ?? _clients[m], m, scenario, await NewUser(), createsChat));
        }

        await ((Task)Task.WhenAll(visits.Values)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await visits[major];
    }

    private async Task<ClientVisit> Play(ClientProcess client, int major, string scenario, TestUser user, bool createsChat)
    {
        // As the AI SDK makes them, no UUID.
        var chat = Guid.NewGuid().ToString("N")[..16];
        if (createsChat)
        {
            (await user.Post("/api/chats", new JsonObject { ["id"] = chat })).Is(HttpStatusCode.Created);
        }

        var seen = await client.Play(new JsonObject
        {
            ["major"] = major,
            ["scenario"] = scenario,
            ["here"] = _here.BaseUrl,
            ["there"] = _there.BaseUrl,
            ["token"] = user.Token,
            ["chat"] = chat,
        });
        var stored = await user.At(new Uri(_there.BaseUrl)).Get($"/api/chats/{chat}/messages?limit={MessagesAtMost}");
        return new ClientVisit(
            user,
            chat,
            seen,
            stored.Status == HttpStatusCode.NotFound ? [] : stored.Is(HttpStatusCode.OK).Json["items"]!.AsArray(),
            [.. published.Stack.StandIn.Model.Calls.Where(call => IsOf(chat, call))]);
    }

    private static bool IsOf(string chat, ModelCall call) =>
        call.Messages.ValueKind == JsonValueKind.Array && call.Messages.GetRawText().Contains(chat, StringComparison.Ordinal);
}
