using System.Text;
using ChatBot.Local;
using ChatBot.Shared.Queues;
using ChatBot.Tests.Stack;
using Npgsql;
using Xunit;

namespace ChatBot.EndToEndTests;

/// <summary>A process of the program that reaches database, queues and model over wires, and one user's send to it.</summary>
public sealed class WiredProcess : IAsyncDisposable
{
    public const string Shown = "zebra zebra zebra zebra zebra zebra";

    private readonly StringBuilder _shown = new();
    private readonly PublishedProgram _published;
    private readonly Recovery _recovery;
    private Task _reading = Task.CompletedTask;

    private WiredProcess(PublishedProgram published, Recovery recovery)
    {
        (_published, _recovery) = (published, recovery);
        Database = new(published.Stack.Postgres.Port);
        Model = new(published.Stack.StandIn.Port);
    }

    public DatabaseWire Database { get; }

    public HttpWire Model { get; }

    public HttpWire Queues => _recovery.Storage.Wire;

    public HttpWire Blobs => _recovery.Storage.BlobWire;

    public AppProcess App { get; private set; } = null!;

    public TestUser User { get; private set; } = null!;

    public string Chat { get; private set; } = "";

    /// <summary>In the message, so that its calls to the model are known.</summary>
    public string Marker { get; } = Guid.NewGuid().ToString();

    /// <summary>The message, with what the model is told to do.</summary>
    public string Content { get; private set; } = "";

    public IReadOnlyList<ModelCall> Calls =>
        [.. _published.Stack.StandIn.Model.Calls.Where(call => call.Messages.GetRawText().Contains(Marker, StringComparison.Ordinal))];

    /// <param name="leaseSeconds">After how long others may take over what it leaves.</param>
    public static async Task<WiredProcess> Start(PublishedProgram published, Recovery recovery, int leaseSeconds)
    {
        var wired = new WiredProcess(published, recovery);
        // What was woken twice before, nobody has taken yet.
        await recovery.Storage.Clear(QueueNames.AssistantMessages);
        await recovery.Storage.Clear(QueueNames.UsageEvents);
        wired.Queues.Mend();
        wired.Blobs.Mend();
        wired.App = await published.Start(
            $"wired-{wired.Marker[..8]}",
            recovery.Storage.Setting,
            ("Database__ConnectionString", new NpgsqlConnectionStringBuilder(published.Stack.Postgres.ConnectionString("authenticator")) { Port = wired.Database.Port }.ConnectionString),
            ("OpenAI__Endpoint", $"http://127.0.0.1:{wired.Model.Port}/v1"),
            ("Streams__LeaseSeconds", $"{leaseSeconds}"));
        wired.User = await published.NewUser(new Uri(wired.App.BaseUrl));
        wired.Chat = await StreamingTests.NewChat(wired.User);
        return wired;
    }

    /// <summary>Begins the send and reads its stream for as long as there is one.</summary>
    public void Send(string directive)
    {
        Content = $"{Marker} [[{directive}]]";
        _reading = Read(TestContext.Current.CancellationToken);
    }

    /// <summary>What the client has been sent.</summary>
    public string Stream()
    {
        lock (_shown)
        {
            return _shown.ToString();
        }
    }

    public Task UntilShown(string text) =>
        StreamingTests.Until(() => Task.FromResult(Stream().Contains(text, StringComparison.Ordinal)), TimeSpan.FromSeconds(20));

    public Task UntilCalled(Predicate<ModelCall> how) =>
        StreamingTests.Until(() => Task.FromResult(Calls.Any(call => how(call))), TimeSpan.FromSeconds(20));

    /// <summary>SIGKILL; what was still on the way is lost with it.</summary>
    public async Task Kill()
    {
        await App.KillAsync();
        await Database.DisposeAsync();
        await Model.DisposeAsync();
        foreach (var wire in new[] { Queues, Blobs })
        {
            wire.Cut();
            wire.Clear();
        }

        await _reading;
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Database.DisposeAsync();
        await Model.DisposeAsync();
        Queues.Clear();
        Blobs.Clear();
    }

    private async Task Read(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await User.Open(
                HttpMethod.Post,
                $"/api/chats/{Chat}/stream",
                StreamingTests.SendBody(Content, "m1").ToJsonString(),
                [],
                HttpCompletionOption.ResponseHeadersRead,
                cancellationToken);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                lock (_shown)
                {
                    _shown.Append(line).Append('\n');
                }
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // Killed.
        }
    }
}
