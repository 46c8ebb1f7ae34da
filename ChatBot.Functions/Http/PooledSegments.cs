using System.Buffers;

namespace ChatBot.Functions.Http;

/// <summary>Bytes in segments that are used again and too small for the heap of large objects, however many bytes there are.</summary>
internal sealed class PooledSegments : IDisposable
{
    private const int SegmentSize = 32 * 1024;

    private readonly List<byte[]> _segments = [];

    public int Length { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var used = Length % SegmentSize;
            if (used == 0)
            {
                _segments.Add(ArrayPool<byte>.Shared.Rent(SegmentSize));
            }

            var fitting = bytes[..Math.Min(bytes.Length, SegmentSize - used)];
            fitting.CopyTo(_segments[^1].AsSpan(used));
            Length += fitting.Length;
            bytes = bytes[fitting.Length..];
        }
    }

    public IEnumerable<ReadOnlyMemory<byte>> Slices(int start, int length)
    {
        for (var end = start + length; start < end;)
        {
            var within = start % SegmentSize;
            var slice = _segments[start / SegmentSize].AsMemory(within, Math.Min(SegmentSize - within, end - start));
            yield return slice;
            start += slice.Length;
        }
    }

    public void Dispose()
    {
        _segments.ForEach(segment => ArrayPool<byte>.Shared.Return(segment));
        _segments.Clear();
    }
}
