using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ChatBot.Tests.Stack;

/// <summary>The way to a server that speaks HTTP/1.1: the storage account, or the model.</summary>
public sealed partial class HttpWire(int server) : Wire(server)
{
    private const string HeadEnd = "\r\n\r\n";

    protected override async Task<byte[]?> ReadRequest(WireStream client)
    {
        if (await client.ReadThrough(HeadEnd) is not { } head)
        {
            return null;
        }

        using var request = new MemoryStream();
        request.Write(head);
        await CopyBody(Encoding.Latin1.GetString(head), client, bytes => request.WriteAsync(bytes).AsTask(), endsWithConnection: false);
        return request.ToArray();
    }

    protected override async Task CopyReply(WireStream server, Func<ReadOnlyMemory<byte>, Task> write)
    {
        string head;
        do
        {
            var bytes = await server.ReadThrough(HeadEnd) ?? throw new IOException("The server closed the connection.");
            await write(bytes);
            head = Encoding.Latin1.GetString(bytes);
        }
        // HTTP/1.1 100 Continue: the reply itself is still to come.
        while (head[9] == '1');

        // HTTP/1.1 204 No Content
        if (head[9..12] is not ("204" or "304"))
        {
            await CopyBody(head, server, write, endsWithConnection: true);
        }
    }

    /// <param name="error">A status and its phrase.</param>
    protected override byte[] Refusal(string error) => Encoding.ASCII.GetBytes($"HTTP/1.1 {error}\r\nContent-Length: 0\r\n\r\n");

    protected override Task Act(WireAction action, byte[] request, WireStream client, WireStream server) =>
        throw new NotSupportedException($"HTTP has no {action}.");

    private static async Task CopyBody(string head, WireStream from, Func<ReadOnlyMemory<byte>, Task> write, bool endsWithConnection)
    {
        if (Length().Match(head) is { Success: true } length)
        {
            await write(await from.ReadExactly(int.Parse(length.Groups[1].Value, CultureInfo.InvariantCulture)));
        }
        else if (Chunked().IsMatch(head))
        {
            int size;
            do
            {
                var line = await from.ReadThrough("\r\n") ?? throw new IOException("The connection was closed between two chunks.");
                size = int.Parse(Encoding.ASCII.GetString(line).Split(';')[0].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                await write((byte[])[.. line, .. await from.ReadExactly(size + 2)]);
            }
            while (size > 0);
        }
        else if (endsWithConnection)
        {
            while (await from.ReadSome() is { Length: > 0 } bytes)
            {
                await write(bytes);
            }

            throw new IOException("The reply ended with its connection.");
        }
    }

    [GeneratedRegex(@"^content-length: *(\d+)\r$", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex Length();

    [GeneratedRegex(@"^transfer-encoding: *chunked\r$", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex Chunked();
}
