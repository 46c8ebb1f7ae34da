using System.Globalization;
using System.Text;
using ChatBot.Tests.Stack;

namespace ChatBot.Tests.Hosting;

/// <summary>An answer as it stands on the wire.</summary>
public sealed record HostAnswer(int Status, string? MediaType, string Body)
{
    private const string EndOfHead = "\r\n\r\n";

    public static async Task<HostAnswer> Read(RawClient host)
    {
        await host.ReadUntil(EndOfHead);
        var head = host.Read.ToString().Split(EndOfHead)[0].Split("\r\n");
        var headers = head.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(h => h[0], h => h[1], StringComparer.OrdinalIgnoreCase);
        var body = "";
        if (headers.TryGetValue("Transfer-Encoding", out _))
        {
            await host.ReadUntil("\r\n0\r\n\r\n");
            body = Unchunk(Rest(host));
        }
        else if (headers.TryGetValue("Content-Length", out var length))
        {
            while (Rest(host).Length < int.Parse(length, CultureInfo.InvariantCulture))
            {
                await host.ReadSome(1024);
            }

            body = Rest(host);
        }

        return new(
            int.Parse(head[0].Split(' ')[1], CultureInfo.InvariantCulture),
            headers.TryGetValue("Content-Type", out var type) ? type.Split(';')[0] : null,
            Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(body)));
    }

    private static string Rest(RawClient host) => host.Read.ToString().Split(EndOfHead, 2)[1];

    private static string Unchunk(string chunks)
    {
        var text = new StringBuilder();
        for (var at = 0; ;)
        {
            var line = chunks.IndexOf("\r\n", at, StringComparison.Ordinal);
            var length = int.Parse(chunks.AsSpan(at, line - at), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (length == 0)
            {
                return text.ToString();
            }

            text.Append(chunks, line + 2, length);
            at = line + 2 + length + 2;
        }
    }
}
