using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace ChatBot.Tests.Stack;

/// <summary>How a client leaves.</summary>
public enum Leaving
{
    Close,
    Reset,

    /// <summary>It sends no more, and goes on reading.</summary>
    HalfClose,
}

/// <summary>A client down at its socket, so that it can misbehave.</summary>
public sealed class RawClient : IDisposable
{
    // IPPROTO_TCP and TCP_MAXSEG: small segments make for small buffers on the other side.
    private const int Tcp = 6;
    private const int MaximumSegment = 2;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[16 * 1024];

    /// <summary>What has been read, byte by byte.</summary>
    public StringBuilder Read { get; } = new();

    /// <param name="smallWindow">Whether little fits into the kernel's buffers between the two.</param>
    public static async Task<RawClient> Connect(Uri address, bool smallWindow = false)
    {
        var client = new RawClient();
        if (smallWindow)
        {
            client._socket.ReceiveBufferSize = 4 * 1024;
            client._socket.SetRawSocketOption(Tcp, MaximumSegment, BitConverter.GetBytes(536));
        }

        await client._socket.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        return client;
    }

    /// <summary>The text of a send.</summary>
    public static string SendOf(TestUser user, string chat, string content, string? messageId = null) =>
        RequestOf(user, $"/api/chats/{chat}/stream", StackExtensions.SendBody(content, messageId));

    public static string RequestOf(TestUser user, string path, JsonObject body)
    {
        var text = body.ToJsonString();
        return $"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {user.Token}\r\n" +
            $"Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(text)}\r\n\r\n{text}";
    }

    public async Task Write(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var sent = 0; sent < bytes.Length;)
        {
            sent += await _socket.SendAsync(bytes.AsMemory(sent), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Reads until this text has come.</summary>
    public async Task ReadUntil(string text)
    {
        while (!Read.ToString().Contains(text, StringComparison.Ordinal))
        {
            Assert.True(await ReadSome(_buffer.Length), $"The connection ended before {text} came: {Read}");
        }
    }

    /// <summary>Reads until the server has closed, or broken, the connection.</summary>
    public async Task ReadToEnd()
    {
        try
        {
            while (await ReadSome(_buffer.Length))
            {
            }
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Broken, which is an end, too.
        }
    }

    /// <summary>False at the end of the connection.</summary>
    public async Task<bool> ReadSome(int atMost)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(40));
        var length = await _socket.ReceiveAsync(_buffer.AsMemory(0, atMost), timeout.Token);
        Read.Append(Encoding.Latin1.GetString(_buffer, 0, length));
        return length > 0;
    }

    public void Leave(Leaving how)
    {
        switch (how)
        {
            case Leaving.Close:
                _socket.Close();
                break;
            case Leaving.Reset:
                _socket.Close(0);
                break;
            default:
                _socket.Shutdown(SocketShutdown.Send);
                break;
        }
    }

    public void Dispose() => _socket.Dispose();
}
