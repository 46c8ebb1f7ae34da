using System.Text;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.EndToEndTests.Worker;

/// <summary>An answer's stream, read as far as a test wants.</summary>
public sealed class Reading : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;
    private readonly StringBuilder _read = new();

    private Reading(HttpResponseMessage response, Stream body) => (_response, _reader) = (response, new(body));

    /// <summary>What has been read so far, whole lines of it.</summary>
    public EventStreamText Events => EventStreamText.Parse(_read.ToString());

    public static async Task<Reading> Open(TestUser user, string chat, string content, string? onDisconnect = null)
    {
        var body = StreamingTests.SendBody(content);
        if (onDisconnect is not null)
        {
            body["onDisconnect"] = onDisconnect;
        }

        var cancellationToken = TestContext.Current.CancellationToken;
        var response = await user.Open(
            HttpMethod.Post, $"/api/chats/{chat}/stream", body.ToJsonString(), [], HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        return new(response, await response.Content.ReadAsStreamAsync(cancellationToken));
    }

    /// <summary>Reads to the first line that has the text.</summary>
    public async Task Until(string text)
    {
        while (await Line() is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"The stream ended without {text}:\n{_read}");
    }

    public async Task ToEnd()
    {
        while (await Line() is not null)
        {
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        _response.Dispose();
    }

    private async Task<string?> Line()
    {
        var line = await _reader.ReadLineAsync(TestContext.Current.CancellationToken);
        _read.Append(line).Append('\n');
        return line;
    }
}
