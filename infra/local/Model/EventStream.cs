using System.Buffers;
using System.IO.Compression;

namespace ChatBot.Local;

/// <summary>Server-sent events, each flushed. A send that returns has reached the socket; one that cannot throws.</summary>
internal sealed class EventStream(HttpContext context, Directive directive)
{
    private const int BlockSize = 64 * 1024;

    // The first chunk of an event that is to have two.
    private byte[]? _held;
    private Stream? _compressed;

    public Task StartAsync()
    {
        context.Response.ContentType = directive.ContentType switch { null => "text/event-stream; charset=utf-8", "none" => null, var other => other };
        context.Response.Headers.CacheControl = "no-cache";
        if (directive.Encoding is { } encoding)
        {
            context.Response.Headers.ContentEncoding = encoding;
            var body = context.Response.Body;
            _compressed = encoding == "br"
                ? new BrotliStream(body, CompressionLevel.Fastest, leaveOpen: true) : new GZipStream(body, CompressionLevel.Fastest, leaveOpen: true);
            context.Response.Body = _compressed;
        }

        return FlushAsync();
    }

    public Task SendAsync(ReadOnlySpan<byte> data)
    {
        if (directive.Joined is JoinedEvents.No)
        {
            return WriteAsync((byte[])[.. "data: "u8, .. data, .. "\n\n"u8]);
        }

        if (_held is not { } held)
        {
            _held = data.ToArray();
            return Task.CompletedTask;
        }

        _held = null;
        var between = directive.Joined is JoinedEvents.Lines ? "\ndata: "u8 : [];
        return WriteAsync((byte[])[.. "data: "u8, .. held, .. between, .. data, .. "\n\n"u8]);
    }

    /// <summary>An event without data, as relays send it to keep a connection open.</summary>
    public Task SendHeartbeatAsync() => WriteAsync("data:\n\n"u8.ToArray());

    /// <summary>The stream's regular end.</summary>
    public async Task EndAsync()
    {
        if (_held is { } held)
        {
            await WriteAsync((byte[])[.. "data: "u8, .. held, .. "\n\n"u8]);
        }

        await WriteAsync("data: [DONE]\n\n"u8.ToArray());
        if (_compressed is not null)
        {
            await _compressed.DisposeAsync();
        }
    }

    /// <summary>One event of a given length, with the filling where the mark is. Answers how often it was repeated.</summary>
    public async Task<int> SendLineAsync(byte[] data, byte mark, byte[] filling, int length)
    {
        var at = data.IndexOf(mark);
        byte[] head = [.. "data: "u8, .. data.AsSpan(0, at)];
        byte[] tail = data[(at + 1)..];
        var room = Math.Max(0, length - head.Length - tail.Length);
        var count = room / filling.Length;

        context.Response.BodyWriter.Write(head);
        byte[] block = [.. Enumerable.Repeat(filling, BlockSize / filling.Length).SelectMany(bytes => bytes)];
        for (var left = count * filling.Length; left > 0; left -= block.Length)
        {
            context.Response.BodyWriter.Write(block.AsSpan(0, Math.Min(left, block.Length)));
            await FlushAsync();
        }
        context.Response.BodyWriter.Write(tail);
        // White space after the JSON makes up the length.
        context.Response.BodyWriter.Write(Enumerable.Repeat((byte)' ', room % filling.Length).ToArray());
        context.Response.BodyWriter.Write("\n\n"u8);
        await FlushAsync();
        return count;
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> frame)
    {
        while (!frame.IsEmpty)
        {
            var length = NextLength(frame.Span);
            context.Response.BodyWriter.Write(frame.Span[..length]);
            await FlushAsync();
            frame = frame[length..];
        }
    }

    private int NextLength(ReadOnlySpan<byte> frame)
    {
        if (directive.Bytes)
        {
            return 1;
        }
        // Up to and with the first byte of the next character that has several.
        return directive.SplitUtf8 && frame.IndexOfAnyInRange((byte)0xC2, (byte)0xF4) is >= 0 and var lead ? lead + 1 : frame.Length;
    }

    private async Task FlushAsync()
    {
        var result = await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        if (result.IsCompleted)
        {
            throw new OperationCanceledException("The client has closed the connection.");
        }

        context.RequestAborted.ThrowIfCancellationRequested();
    }
}
