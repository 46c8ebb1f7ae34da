using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatBot.Local;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.EndToEndTests.Clients;

/// <summary>Pages with the real hook, rendered by React under Node, before two instances of the program.</summary>
public sealed class ClientPages(PublishedProgram published) : IAsyncLifetime
{
    private const int MessagesAtMost = 100;

    private readonly Dictionary<int, ClientProcess> _clients = [];
    private AppProcess _here = null!;
    private AppProcess _there = null!;

    /// <summary>Of the AI SDK.</summary>
    public static TheoryData<int> Majors { get; } = [5, 6, 7];

    public PublishedProgram Published => published;

    public async ValueTask InitializeAsync()
    {
        _here = await published.Start("pages-here");
        _there = await published.Start("pages-there");
    }

    public Task<TestUser> NewUser() => published.NewUser(new Uri(_here.BaseUrl));

    public async Task<ClientVisit> Visit(int major, string scenario, TestUser? user = null, bool createsChat = false)
    {
        user ??= await NewUser();
        // As the AI SDK makes them, no UUID.
        var chat = Guid.NewGuid().ToString("N")[..16];
        if (createsChat)
        {
            (await user.Post("/api/chats", new JsonObject { ["id"] = chat })).Is(HttpStatusCode.Created);
        }

        if (!_clients.TryGetValue(major, out var client))
        {
            _clients[major] = client = await ClientProcess.Start(major);
        }

        var seen = await client.Play(new JsonObject
        {
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

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values)
        {
            await client.DisposeAsync();
        }

        await _here.DisposeAsync();
        await _there.DisposeAsync();
    }

    private static bool IsOf(string chat, ModelCall call) =>
        call.Messages.ValueKind == JsonValueKind.Array && call.Messages.GetRawText().Contains(chat, StringComparison.Ordinal);
}
