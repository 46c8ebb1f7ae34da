using System.Text;

namespace ChatBot.Tests.Hosting;

/// <summary>
/// A request as the Functions host sends it, and the answer that it takes: a file of a comment, the head, the body, then
/// <c>=> status type</c> with the answer's body (a star stands for anything), and <c>? statement</c> that must be true afterwards.
/// </summary>
public sealed record HostExchange(string Request, int Status, string? MediaType, string Body, string? Statement)
{
    private const string Chunked = "Transfer-Encoding: chunked";
    private const int ChunkLength = 100;

    /// <param name="text">The file.</param>
    /// <param name="values">What its names in braces stand for.</param>
    public static HostExchange Read(string text, params (string Name, string Value)[] values)
    {
        var filled = values.Aggregate(text, (so, value) => so.Replace($"{{{value.Name}}}", value.Value, StringComparison.Ordinal));
        var lines = filled.TrimEnd('\n').Split('\n').Where(line => !line.StartsWith('#')).ToList();
        var answer = lines.FindIndex(line => line.StartsWith("=> ", StringComparison.Ordinal));
        var body = lines.IndexOf("");
        var head = lines[..body];
        var content = string.Join('\n', lines[(body + 1)..answer]).TrimEnd('\n');
        var status = lines[answer].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var after = lines[(answer + 1)..];
        return new(
            string.Join("\r\n", head) + "\r\n\r\n" + (head.Contains(Chunked) ? InChunks(content) : content),
            int.Parse(status[1], System.Globalization.CultureInfo.InvariantCulture),
            status.ElementAtOrDefault(2),
            string.Join('\n', after.Where(line => !line.StartsWith('?'))),
            after.Find(line => line.StartsWith('?'))?[2..]);
    }

    private static string InChunks(string content) => string.Concat(
        content.Chunk(ChunkLength).Select(chunk => $"{Encoding.UTF8.GetByteCount(chunk):x}\r\n{new string(chunk)}\r\n").Append("0\r\n\r\n"));
}
