using System.Buffers;
using System.Text;

namespace ChatBot.Functions.Reconciliation;

/// <summary>
/// Reads comma-separated records (RFC 4180) from a stream as they come: fields in quotes may hold commas, quotes and line ends. Byte
/// order marks before a record are passed over: where files are joined, they are found in the middle.
/// </summary>
public sealed class CsvReader(Stream stream) : IDisposable
{
    private const int MaxRecordLength = 256 * 1024;

    // A compressed bill can unpack to any length; an export shrinks to a tenth or less.
    private const long MaxLength = 256 * 1024 * 1024;

    private const char ByteOrderMark = '\uFEFF';
    private const int End = -1;

    private readonly StreamReader _text = new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true));
    private readonly char[] _buffer = ArrayPool<char>.Shared.Rent(16 * 1024);
    private readonly StringBuilder _field = new();
    private int _next;
    private int _filled;
    private long _length;
    private int _line = 1;

    /// <summary>Where the last record begins, from 1.</summary>
    public int Line { get; private set; } = 1;

    /// <summary>The next record's fields, or null after the last one. Empty lines are passed over.</summary>
    /// <exception cref="InvalidDataException">It is no CSV; the message says where.</exception>
    public async ValueTask<IReadOnlyList<string>?> Read(CancellationToken cancellationToken)
    {
        List<string> fields = [];
        var state = Place.FieldStart;
        var length = 0;
        _field.Clear();
        Line = _line;
        while (true)
        {
            var c = _next < _filled ? _buffer[_next++] : await Fill(cancellationToken);
            if (++length > MaxRecordLength)
            {
                throw new InvalidDataException($"The record at line {Line} is too long.");
            }

            switch (c)
            {
                case End when state == Place.Quoted:
                    throw new InvalidDataException($"In the record at line {Line} a quote is not closed.");
                case End when fields.Count == 0 && state == Place.FieldStart:
                    return null;
                case '\n' when state != Place.Quoted && fields.Count == 0 && state == Place.FieldStart:
                    Line = ++_line;
                    length = 0;
                    break;
                case ByteOrderMark when fields.Count == 0 && state == Place.FieldStart:
                    break;
                case End or '\n' when state != Place.Quoted:
                    _line += c == '\n' ? 1 : 0;
                    fields.Add(_field.ToString());
                    return fields;
                case '\r' when state != Place.Quoted:
                    // Before a line feed.
                    break;
                case ',' when state != Place.Quoted:
                    fields.Add(_field.ToString());
                    _field.Clear();
                    state = Place.FieldStart;
                    break;
                case '"' when state == Place.FieldStart:
                    state = Place.Quoted;
                    break;
                case '"' when state == Place.Quoted:
                    state = Place.QuoteInQuoted;
                    break;
                case '"' when state == Place.QuoteInQuoted:
                    _field.Append('"');
                    state = Place.Quoted;
                    break;
                case '"':
                    throw new InvalidDataException($"In the record at line {Line} a quote stands within a field.");
                case '\0':
                    throw new InvalidDataException($"In the record at line {Line} there is the character U+0000.");
                case var _ when state == Place.QuoteInQuoted:
                    throw new InvalidDataException($"In the record at line {Line} text follows a closing quote.");
                default:
                    _line += c == '\n' ? 1 : 0;
                    _field.Append((char)c);
                    state = state == Place.Quoted ? Place.Quoted : Place.Plain;
                    break;
            }
        }
    }

    public void Dispose()
    {
        _text.Dispose();
        ArrayPool<char>.Shared.Return(_buffer);
    }

    private async ValueTask<int> Fill(CancellationToken cancellationToken)
    {
        try
        {
            _filled = await _text.ReadAsync(_buffer.AsMemory(), cancellationToken);
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidDataException($"After line {_line} there are bytes that are no UTF-8.");
        }

        _length += _filled;
        if (_length > MaxLength)
        {
            throw new InvalidDataException($"The bill is longer than {MaxLength / 1024 / 1024} MiB. Send it in parts.");
        }

        _next = 1;
        return _filled == 0 ? End : _buffer[0];
    }

    private enum Place
    {
        FieldStart,
        Plain,
        Quoted,
        QuoteInQuoted,
    }
}
