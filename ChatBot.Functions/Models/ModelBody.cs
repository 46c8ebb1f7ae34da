using System.Text;
using ChatBot.Functions.Settings;

namespace ChatBot.Functions.Models;

/// <summary>
/// Tells by its first characters what the body of a 200 is: its content type is missing or wrong with many servers. An event stream never begins
/// with a bracket.
/// </summary>
/// <param name="Head">What was read of it so far.</param>
public readonly record struct ModelBody(ModelBodyKind Kind, ReadOnlyMemory<byte> Head)
{
    private const int HeadBytes = 4 * 1024;

    // A whole answer at its longest, with room for its escapes.
    private const int MaxWholeBytes = 4 * StreamSettings.MaxAnswerBytes;

    public static async Task<ModelBody> Open(Stream body, CancellationToken cancellationToken)
    {
        var head = new byte[HeadBytes];
        var length = 0;
        while (length < HeadBytes && IsBlank(head.AsSpan(0, length)))
        {
            var more = await body.ReadAsync(head.AsMemory(length), cancellationToken);
            if (more == 0)
            {
                break;
            }

            length += more;
        }

        return new ModelBody(KindOf(head.AsSpan(0, length)), head.AsMemory(0, length));
    }

    /// <summary>All of it.</summary>
    /// <exception cref="InvalidDataException">It is longer than any answer.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadWhole(Stream body, CancellationToken cancellationToken)
    {
        using var whole = new MemoryStream();
        whole.Write(Head.Span);
        var block = new byte[HeadBytes];
        while (await body.ReadAsync(block, cancellationToken) is > 0 and var more)
        {
            whole.Write(block, 0, more);
            if (whole.Length > MaxWholeBytes)
            {
                throw new InvalidDataException($"The model sent a body of more than {MaxWholeBytes} bytes.");
            }
        }

        return whole.GetBuffer().AsMemory(0, (int)whole.Length);
    }

    private static bool IsBlank(ReadOnlySpan<byte> head) => Trim(head).IsEmpty;

    private static ModelBodyKind KindOf(ReadOnlySpan<byte> head) => Trim(head) switch
    {
        [(byte)'{' or (byte)'[', ..] => ModelBodyKind.Json,
        [(byte)'<', ..] => ModelBodyKind.Markup,
        _ => ModelBodyKind.Events,
    };

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> head) =>
        (head.StartsWith(Encoding.UTF8.Preamble) ? head[Encoding.UTF8.Preamble.Length..] : head).TrimStart(" \t\r\n"u8);
}

public enum ModelBodyKind
{
    /// <summary>Server-sent events, or nothing.</summary>
    Events,

    Json,

    /// <summary>A web page of something on the way.</summary>
    Markup,
}
