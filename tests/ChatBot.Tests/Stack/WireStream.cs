using System.Net.Sockets;
using System.Text;

namespace ChatBot.Tests.Stack;

/// <summary>One end of a connection through a <see cref="Wire"/>, read piece by piece.</summary>
public sealed class WireStream(Socket socket) : IDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    public async Task<byte[]> ReadExactly(int length)
    {
        var bytes = new byte[length];
        for (var filled = 0; filled < length;)
        {
            if (_start == _end && !await Fill())
            {
                throw new IOException("The connection was closed in the middle of a message.");
            }

            var take = Math.Min(length - filled, _end - _start);
            _buffer.AsSpan(_start, take).CopyTo(bytes.AsSpan(filled));
            _start += take;
            filled += take;
        }

        return bytes;
    }

    /// <summary>Up to and with <paramref name="end"/>; null where the connection was closed before.</summary>
    public async Task<byte[]?> ReadThrough(string end)
    {
        var text = new List<byte>();
        while (text.Count < end.Length || Encoding.Latin1.GetString([.. text[^end.Length..]]) != end)
        {
            if (_start == _end && !await Fill())
            {
                return null;
            }

            text.Add(_buffer[_start++]);
        }

        return [.. text];
    }

    /// <summary>What has come; empty at the end of the connection.</summary>
    public async Task<byte[]> ReadSome()
    {
        if (_start == _end && !await Fill())
        {
            return [];
        }

        var bytes = _buffer[_start.._end];
        _start = _end;
        return bytes;
    }

    public async Task Write(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await socket.SendAsync(bytes)..];
        }
    }

    /// <summary>Closes with a reset, as when the other side is gone.</summary>
    public void Reset() => socket.Close(0);

    public void Dispose() => socket.Dispose();

    private async Task<bool> Fill()
    {
        _start = 0;
        _end = 0;
        _end = await socket.ReceiveAsync(_buffer);
        return _end > 0;
    }
}
