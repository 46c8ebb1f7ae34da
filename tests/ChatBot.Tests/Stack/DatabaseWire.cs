using System.Buffers.Binary;
using System.Text;

namespace ChatBot.Tests.Stack;

/// <summary>
/// The way to Postgres. A request is what ends with a Sync, or a simple query; its reply ends with ReadyForQuery. The program's
/// units of work are one request each, and committed at its Sync.
/// </summary>
public sealed class DatabaseWire(int server) : Wire(server)
{
    private const int CancelRequest = 80877102;
    private const int StartupMessage = 3 << 16;
    private static readonly byte[] s_sync = [(byte)'S', 0, 0, 0, 4];
    private static readonly byte[] s_flush = [(byte)'H', 0, 0, 0, 4];

    protected override async Task<bool> Greet(WireStream client, WireStream server)
    {
        int code;
        do
        {
            var length = await client.ReadExactly(4);
            var rest = await client.ReadExactly(BinaryPrimitives.ReadInt32BigEndian(length) - 4);
            code = BinaryPrimitives.ReadInt32BigEndian(rest);
            await server.Write((byte[])[.. length, .. rest]);
            if (code == CancelRequest)
            {
                return false;
            }

            if (code != StartupMessage)
            {
                // Whether the server encrypts, in one letter; ours does not.
                await client.Write(await server.ReadExactly(1));
            }
        }
        while (code != StartupMessage);

        while (true)
        {
            var message = await ReadMessage(server);
            await client.Write(message);
            switch ((char)message[0])
            {
                case 'Z':
                    return true;
                case 'E':
                    return false;
                // All but "you are in" and "that was the last of it" want an answer.
                case 'R' when BinaryPrimitives.ReadInt32BigEndian(message.AsSpan(5)) is not (0 or 12):
                    await server.Write(await ReadMessage(client));
                    break;
            }
        }
    }

    protected override async Task<byte[]?> ReadRequest(WireStream client)
    {
        using var request = new MemoryStream();
        char type;
        do
        {
            var message = await ReadMessage(client);
            type = (char)message[0];
            request.Write(message);
        }
        while (type is not ('S' or 'Q' or 'X'));

        return type == 'X' ? null : request.ToArray();
    }

    protected override async Task CopyReply(WireStream server, Func<ReadOnlyMemory<byte>, Task> write)
    {
        byte[] message;
        do
        {
            message = await ReadMessage(server);
            await write(message);
        }
        while (message[0] != 'Z');
    }

    /// <param name="error">An SQLSTATE.</param>
    protected override byte[] Refusal(string error)
    {
        var fields = Encoding.ASCII.GetBytes($"SERROR\0VERROR\0C{error}\0Mrefused on the wire\0\0");
        byte[] length = [0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(length, fields.Length + 4);
        return [(byte)'E', .. length, .. fields, (byte)'Z', 0, 0, 0, 5, (byte)'I'];
    }

    protected override Task Act(WireAction action, byte[] request, WireStream client, WireStream server) =>
        action == WireAction.ReadOnly ? PassReadOnly(request, client, server) : DoWithoutCommit(request, server);

    private async Task PassReadOnly(byte[] request, WireStream client, WireStream server)
    {
        await Run("set default_transaction_read_only = on", server);
        await server.Write(request);
        await CopyReply(server, client.Write);
        await Run("set default_transaction_read_only = off", server);
    }

    private static async Task DoWithoutCommit(byte[] request, WireStream server)
    {
        var statements = Messages(request).Count(type => type == 'E');
        await server.Write((byte[])[.. request.AsSpan(0, request.Length - s_sync.Length), .. s_flush]);
        while (statements > 0)
        {
            var message = await ReadMessage(server);
            statements = message[0] switch { (byte)'C' => statements - 1, (byte)'E' => 0, _ => statements };
        }
    }

    private async Task Run(string sql, WireStream server)
    {
        byte[] length = [0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(length, sql.Length + 5);
        await server.Write((byte[])[(byte)'Q', .. length, .. Encoding.ASCII.GetBytes(sql), 0]);
        await CopyReply(server, _ => Task.CompletedTask);
    }

    private static IEnumerable<char> Messages(byte[] request)
    {
        for (var start = 0; start < request.Length; start += 1 + BinaryPrimitives.ReadInt32BigEndian(request.AsSpan(start + 1)))
        {
            yield return (char)request[start];
        }
    }

    private static async Task<byte[]> ReadMessage(WireStream from)
    {
        var head = await from.ReadExactly(5);
        return [.. head, .. await from.ReadExactly(BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1)) - 4)];
    }
}
