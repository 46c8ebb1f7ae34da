using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ChatBot.Local;

namespace ChatBot.Tests.Stack;

/// <summary>
/// The way to a server, at a port of its own. A connection carries one request at a time, as the program's clients use it, so
/// that a fault can be put at an exact point: before a request, within it, or between it and its reply. The whole way can be cut
/// and mended.
/// </summary>
public abstract class Wire : IAsyncDisposable
{
    private readonly int _server;
    private readonly Lock _lock = new();
    private readonly HashSet<WireStream> _open = [];
    private readonly List<Tripwire> _tripwires = [];
    private TcpListener? _listener;

    protected Wire(int server)
    {
        _server = server;
        // Not one of the ephemeral ones: while the way is cut, an outgoing connection could be given it.
        Port = LoopbackPort.Find();
        Mend();
    }

    public int Port { get; private set; }

    /// <summary>The texts of the requests so far.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Watches for the next request that holds all these texts.</summary>
    public Tripwire On(WireAction action, params string[] texts) => Watch(new(action, "", texts, passing: 0, times: 1));

    public Tripwire Watch(Tripwire tripwire)
    {
        lock (_lock)
        {
            _tripwires.Add(tripwire);
        }

        return tripwire;
    }

    /// <summary>Breaks every connection and refuses new ones.</summary>
    public void Cut()
    {
        lock (_lock)
        {
            _listener?.Stop();
            _listener = null;
            foreach (var stream in _open)
            {
                stream.Reset();
            }

            _open.Clear();
        }
    }

    /// <summary>Takes connections again, at the same port.</summary>
    public void Mend()
    {
        if (_listener is not null)
        {
            return;
        }

        var listener = new TcpListener(IPAddress.Loopback, Port);
        listener.Start();
        _listener = listener;
        _ = Accept(listener);
    }

    /// <summary>Watches for nothing any more; what is held is lost.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _tripwires.ForEach(tripwire => tripwire.Lose());
            _tripwires.Clear();
        }
    }

    public ValueTask DisposeAsync()
    {
        Cut();
        Clear();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>What comes before the first request. False where the connection is over with it.</summary>
    protected virtual Task<bool> Greet(WireStream client, WireStream server) => Task.FromResult(true);

    /// <summary>Null where there is no other.</summary>
    protected abstract Task<byte[]?> ReadRequest(WireStream client);

    /// <summary>Hands the reply to one request on, piece by piece.</summary>
    protected abstract Task CopyReply(WireStream server, Func<ReadOnlyMemory<byte>, Task> write);

    protected abstract byte[] Refusal(string error);

    /// <summary>Does one of the actions that only this protocol knows.</summary>
    protected abstract Task Act(WireAction action, byte[] request, WireStream client, WireStream server);

    private async Task Accept(TcpListener listener)
    {
        try
        {
            while (true)
            {
                _ = Join(await listener.AcceptSocketAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut.
        }
    }

    private async Task Join(Socket accepted)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        accepted.NoDelay = true;
        using var client = new WireStream(accepted);
        using var server = new WireStream(socket);
        lock (_lock)
        {
            _open.Add(client);
            _open.Add(server);
        }

        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, _server);
            var goesOn = await Greet(client, server);
            while (goesOn && await ReadRequest(client) is { } request)
            {
                goesOn = await Pass(request, client, server);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            // Cut, or closed by one of them: the other is told.
            client.Reset();
        }

        lock (_lock)
        {
            _open.Remove(client);
            _open.Remove(server);
        }
    }

    /// <summary>False where the connection ends with this request.</summary>
    private async Task<bool> Pass(byte[] request, WireStream client, WireStream server)
    {
        var text = Encoding.UTF8.GetString(request);
        Requests.Enqueue(text);
        if (Find(text) is not { } trip)
        {
            await server.Write(request);
            await CopyReply(server, client.Write);
            return true;
        }

        var goesOn = await Trip(trip, text, request, client, server);
        if (!goesOn)
        {
            client.Reset();
            server.Reset();
        }

        return goesOn;
    }

    private async Task<bool> Trip(Tripwire trip, string text, byte[] request, WireStream client, WireStream server)
    {
        switch (trip.Action)
        {
            case WireAction.Hold:
                trip.Reach(text);
                if (!await trip.LetGo())
                {
                    return false;
                }

                await server.Write(request);
                await CopyReply(server, client.Write);
                return true;
            case WireAction.HoldReply or WireAction.LoseReply:
                using (var reply = new MemoryStream())
                {
                    await server.Write(request);
                    await CopyReply(server, bytes => reply.WriteAsync(bytes).AsTask());
                    trip.Reach(text);
                    var goesOn = trip.Action == WireAction.HoldReply && await trip.LetGo();
                    await (goesOn ? client.Write(reply.ToArray()) : Task.CompletedTask);
                    return goesOn;
                }

            case WireAction.Refuse:
                await client.Write(Refusal(trip.Error));
                trip.Reach(text);
                return true;
            case WireAction.Reset:
                trip.Reach(text);
                return false;
            case WireAction.Cut:
                Cut();
                trip.Reach(text);
                return false;
            default:
                await Act(trip.Action, request, client, server);
                trip.Reach(text);
                return trip.Action == WireAction.ReadOnly;
        }
    }

    private Tripwire? Find(string text)
    {
        lock (_lock)
        {
            return _tripwires.Find(trip => trip.Takes(text));
        }
    }
}
