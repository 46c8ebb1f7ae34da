using System.Buffers;
using System.Text;
using System.Text.Json;

namespace ChatBot.Functions.Completions;

/// <summary>
/// Takes the body of <c>POST /api/chat</c> as it comes, and keeps of its messages only the last. What is passed over must be JSON all the same.
/// </summary>
/// <param name="limit">How many bytes are kept at the most.</param>
internal sealed class NewestTurnFilter(int limit)
{
    // As of all bodies.
    private const int MaxDepth = 32;

    // With its quotes. A longer name is none that is known.
    private const int LongestName = 100;

    // Of a member's value, and of a message in its array.
    private const int MemberDepth = 1;
    private const int MessageDepth = 2;

    private static readonly string[] s_known = ["id", "chatId", "messages", "model", "onDisconnect", "trigger", "messageId"];

    private readonly JsonScanner _scanner = new(MaxDepth);
    private readonly ArrayBufferWriter<byte> _kept = new();
    private readonly ArrayBufferWriter<byte> _message = new();
    private readonly ArrayBufferWriter<byte> _name = new();

    // What is read is written to; null where it is passed over. Until a value so deep ends.
    private ArrayBufferWriter<byte>? _target;
    private int _targetDepth;

    private string? _member;
    private bool _isInMessages;
    private bool _isMessageTooLarge;
    private int _marks;

    /// <summary>How many bytes were read.</summary>
    public long Position { get; private set; }

    /// <summary>How many messages the body has.</summary>
    public int Messages { get; private set; }

    /// <summary>Whether what was to be kept is more than the limit.</summary>
    public bool IsTooLarge { get; private set; }

    /// <summary>The body with its last message alone.</summary>
    public ReadOnlySpan<byte> Kept => _kept.WrittenSpan;

    /// <exception cref="JsonException">The body is no JSON object.</exception>
    public void Read(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (Position == _marks && _marks < 3 && bytes[0] == "\uFEFF"u8[_marks])
            {
                // A byte order mark, which the framework's reader passes over, too.
                _marks++;
                Position++;
                bytes = bytes[1..];
                continue;
            }

            var place = _scanner.Read(bytes, out var length);
            Position += length;
            Take(place, bytes[..length]);
            bytes = bytes[length..];
        }
    }

    /// <summary>The body has ended.</summary>
    /// <exception cref="JsonException">It should not have.</exception>
    public void End()
    {
        _scanner.End();
        Keep("}"u8);
    }

    private void Take(JsonPlace place, ReadOnlySpan<byte> bytes)
    {
        if (_target is null && place is JsonPlace.ValueStart or JsonPlace.NameStart)
        {
            Begin(place, bytes[^1]);
            bytes = bytes[^1..];
        }

        Write(bytes);
        if (place == JsonPlace.NameEnd && _scanner.Depth == MemberDepth)
        {
            (_member, _target) = (ReadName(), null);
        }
        else if (place == JsonPlace.ValueEnd)
        {
            EndValue();
        }
    }

    private void Begin(JsonPlace place, byte first)
    {
        switch (place, _scanner.Depth)
        {
            case (JsonPlace.NameStart, MemberDepth):
                _name.ResetWrittenCount();
                (_target, _targetDepth) = (_name, MemberDepth);
                break;
            case (JsonPlace.ValueStart, 0):
                Keep(first == '{' ? "{"u8 : throw new JsonException("It must be an object."));
                break;
            case (JsonPlace.ValueStart, MemberDepth) when _member == "messages" && first == '[':
                BeginMessage();
                _isInMessages = true;
                break;
            case (JsonPlace.ValueStart, MemberDepth) when _member is { } member:
                KeepName(member);
                (_target, _targetDepth) = (_kept, MemberDepth);
                break;
            case (JsonPlace.ValueStart, MessageDepth) when _isInMessages:
                Messages++;
                BeginMessage();
                (_target, _targetDepth) = (_message, MessageDepth);
                break;
        }
    }

    private void BeginMessage()
    {
        _message.ResetWrittenCount();
        _isMessageTooLarge = false;
    }

    private void EndValue()
    {
        if (_scanner.Depth == _targetDepth)
        {
            _target = null;
        }

        if (_isInMessages && _scanner.Depth == MemberDepth)
        {
            _isInMessages = false;
            IsTooLarge |= _isMessageTooLarge;
            KeepName("messages");
            Keep("["u8);
            Keep(_message.WrittenSpan);
            Keep("]"u8);
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (_target == _kept)
        {
            Keep(bytes);
        }
        else if (_target is { } target && target.WrittenCount + bytes.Length <= (target == _name ? LongestName : limit))
        {
            target.Write(bytes);
        }
        else if (_target is not null)
        {
            // It is passed over from there on.
            _isMessageTooLarge |= _target == _message;
            _target.ResetWrittenCount();
            _target = null;
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        IsTooLarge |= _kept.WrittenCount + bytes.Length > limit;
        if (!IsTooLarge)
        {
            _kept.Write(bytes);
        }
    }

    private void KeepName(string name) => Keep(Encoding.UTF8.GetBytes($"{(_kept.WrittenCount > 1 ? "," : "")}\"{name}\":"));

    /// <summary>Null for one that is not known.</summary>
    private string? ReadName()
    {
        if (_name.WrittenCount == 0)
        {
            return null;
        }

        var reader = new Utf8JsonReader(_name.WrittenSpan);
        reader.Read();
        try
        {
            foreach (var known in s_known)
            {
                if (reader.ValueTextEquals(known))
                {
                    return known;
                }
            }

            return null;
        }
        catch (InvalidOperationException)
        {
            throw new JsonException("A name is no Unicode.");
        }
    }
}
