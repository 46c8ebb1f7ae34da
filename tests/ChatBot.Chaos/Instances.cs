using System.Net;
using System.Net.Sockets;
using ChatBot.Chaos.Journals;
using ChatBot.Local;

namespace ChatBot.Chaos;

/// <summary>The processes of the program: each has a slot with a port of its own, which its successors keep.</summary>
public sealed class Instances(LocalStack stack, IReadOnlyDictionary<string, string> settings, FaultJournal faults) : IAsyncDisposable
{
    private readonly List<Slot> _slots = [];

    public int Count => _slots.Count;

    public Uri Address(int slot) => _slots[slot].Address;

    /// <summary>How often a process was started.</summary>
    public int Starts { get; private set; }

    public async Task StartAsync(int count)
    {
        for (var index = 0; index < count; index++)
        {
            var app = await StartProcessAsync(index, null);
            _slots.Add(new Slot(new Uri(app.BaseUrl), app));
        }

        await Task.WhenAll(_slots.Select(slot => slot.App.WaitUntilReadyAsync()));
    }

    public async Task KillAsync(int slot)
    {
        var fault = faults.Begin(FaultKind.Kill, slot);
        await _slots[slot].App.KillAsync();
        await ReplaceAsync(slot, fault);
    }

    public async Task TerminateAsync(int slot)
    {
        var fault = faults.Begin(FaultKind.Terminate, slot);
        await _slots[slot].App.TerminateAsync();
        await ReplaceAsync(slot, fault);
    }

    public async Task SuspendAsync(int slot, TimeSpan duration, CancellationToken cancellationToken)
    {
        var fault = faults.Begin(FaultKind.Suspend, slot);
        var app = _slots[slot].App;
        app.Suspend();
        await Task.Delay(duration, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        app.Resume();
        // What it held was taken from it: it learns so with its next tick.
        await Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None);
        FaultJournal.End(fault);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var slot in _slots)
        {
            await slot.App.TerminateAsync();
            await slot.App.DisposeAsync();
        }
    }

    private async Task ReplaceAsync(int slot, Fault fault)
    {
        await _slots[slot].App.DisposeAsync();
        var app = await StartProcessAsync(slot, _slots[slot].Address.Port);
        _slots[slot] = _slots[slot] with { App = app };
        await WaitUntilItListensAsync(app);
        FaultJournal.End(fault);
    }

    // Not until it is ready: the database may be away just now.
    private static async Task WaitUntilItListensAsync(AppProcess app)
    {
        while (!await ListensAsync(app.Port))
        {
            if (app.HasExited)
            {
                throw new LocalStackException($"{app.Name} ended with exit code {await app.Exited}:\n{string.Join('\n', app.Output.TakeLast(20))}");
            }

            await Task.Delay(20);
        }
    }

    private static async Task<bool> ListensAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private Task<AppProcess> StartProcessAsync(int slot, int? port) =>
        stack.StartAppAsync($"app-{slot + 1}-{++Starts}", port, settings);

    private sealed record Slot(Uri Address, AppProcess App);
}
