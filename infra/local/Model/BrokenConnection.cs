using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;

namespace ChatBot.Local;

/// <summary>
/// Ends a connection in the middle of an answer, after all that was written: an aborted one would throw away what the
/// client's system has not acknowledged yet, and the journal would claim too much.
/// </summary>
internal static class BrokenConnection
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    public static async Task MakeAsync(HttpContext context)
    {
        context.Features.Get<IConnectionSocketFeature>()!.Socket.Shutdown(SocketShutdown.Send);
        await Task.WhenAny(Task.Delay(s_timeout, context.RequestAborted));
        context.Abort();
    }
}
