using System.Net;
using System.Net.Sockets;

namespace ChatBot.Local;

/// <summary>
/// Free ports, taken from below every system's ephemeral range: while a server is down, no outgoing connection can be
/// given its port, and it comes back where it was.
/// </summary>
internal static class LoopbackPort
{
    private const int First = 20_000;
    private const int End = 30_000;
    private const int Attempts = 200;
    private const int Starts = 3;

    public static int Find(int? preferred = null)
    {
        if (preferred is { } port && IsFree(port))
        {
            return port;
        }

        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var candidate = Random.Shared.Next(First, End);
            if (IsFree(candidate))
            {
                return candidate;
            }
        }
        throw new LocalStackException($"No free port between {First} and {End} on 127.0.0.1.");
    }

    public static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Starts what listens on ports; again on others where another process has taken one between our look and its bind.</summary>
    public static async Task StartAsync(Func<Task> start, Func<IReadOnlyList<int>> ports)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await start();
                return;
            }
            catch (Exception failure) when (failure is not OperationCanceledException && attempt < Starts && !ports().All(IsFree))
            {
            }
        }
    }
}
