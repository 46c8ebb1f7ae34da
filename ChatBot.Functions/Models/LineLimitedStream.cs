namespace ChatBot.Functions.Models;

/// <summary>Refuses lines longer than a limit, so that who sends a line without end does not fill the memory.</summary>
/// <param name="head">What was read of the stream before.</param>
public sealed class LineLimitedStream(ReadOnlyMemory<byte> head, Stream inner, int limit) : Stream
{
    private ReadOnlyMemory<byte> _head = head;
    private int _sinceNewline;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var length = _head.IsEmpty ? inner.Read(buffer, offset, count) : TakeHead(buffer.AsSpan(offset, count));
        return Checked(buffer.AsSpan(offset, length));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var length = _head.IsEmpty ? await inner.ReadAsync(buffer, cancellationToken) : TakeHead(buffer.Span);
        return Checked(buffer.Span[..length]);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int TakeHead(Span<byte> buffer)
    {
        var length = Math.Min(buffer.Length, _head.Length);
        _head.Span[..length].CopyTo(buffer);
        _head = _head[length..];
        return length;
    }

    private int Checked(ReadOnlySpan<byte> read)
    {
        var rest = read;
        while (rest.IndexOf((byte)'\n') is >= 0 and var newline)
        {
            Check(newline);
            _sinceNewline = 0;
            rest = rest[(newline + 1)..];
        }

        Check(rest.Length);
        _sinceNewline += rest.Length;
        return read.Length;
    }

    private void Check(int more)
    {
        if (_sinceNewline + more > limit)
        {
            throw new InvalidDataException($"The model sent a line of more than {limit} bytes.");
        }
    }
}
