using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ChatBot.Functions.Http;

/// <summary>The rows of a page, each turned into JSON as it is read: what waits for a slow client is bytes, and about a mebibyte of them.</summary>
public sealed class JsonRows<T>(JsonTypeInfo<T> type) : IDisposable
{
    /// <summary>After which no further row is taken. The statements of lists keep to it, so that the database sends no more either.</summary>
    public const int MaxBytes = 1024 * 1024;

    private static readonly byte[] s_comma = [(byte)','];

    private readonly PooledSegments _bytes = new();
    private readonly List<(int Start, int Length)> _rows = [];

    public int Count => _rows.Count;

    /// <summary>Whether a row that comes now belongs to the next page.</summary>
    public bool IsFull => _bytes.Length >= MaxBytes;

    public void Add(T row)
    {
        var start = _bytes.Length;
        using var json = new PooledBufferWriter();
        using (var writer = new Utf8JsonWriter(json))
        {
            JsonSerializer.Serialize(writer, row, type);
        }

        _bytes.Append(json.Written);
        _rows.Add((start, _bytes.Length - start));
    }

    public void Reverse() => _rows.Reverse();

    /// <summary>Piece by piece, the rows parted by commas.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Slices()
    {
        var separator = ReadOnlyMemory<byte>.Empty;
        foreach (var (start, length) in _rows)
        {
            if (!separator.IsEmpty)
            {
                yield return separator;
            }

            separator = s_comma;
            foreach (var slice in _bytes.Slices(start, length))
            {
                yield return slice;
            }
        }
    }

    public void Dispose() => _bytes.Dispose();
}
