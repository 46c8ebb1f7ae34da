namespace ChatBot.Functions.Http;

/// <summary>A request's body, of which no more can be read than its path accepts.</summary>
public sealed class LimitedBody(Stream body, long? declaredLength) : Stream
{
    private long _read;

    /// <summary>In bytes. Each path may set its own before it reads.</summary>
    public long Limit { get; set; } = RequestBody.OrdinaryLimit;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    /// <summary>Whether anything was asked of it yet: only then does a client that waits for leave to send get it.</summary>
    public bool IsBegun { get; private set; }

    /// <exception cref="BadHttpRequestException">It is larger than its limit.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (declaredLength > Limit)
        {
            throw TooLarge();
        }

        IsBegun = true;
        try
        {
            var read = await body.ReadAsync(buffer, cancellationToken);
            _read += read;
            return _read > Limit ? throw TooLarge() : read;
        }
        catch (IOException e) when (e.InnerException is OverflowException)
        {
            throw new BadHttpRequestException("A chunk says that it is larger than can be.", e);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static BadHttpRequestException TooLarge() => new("The body is larger than this path accepts.", StatusCodes.Status413PayloadTooLarge);
}
