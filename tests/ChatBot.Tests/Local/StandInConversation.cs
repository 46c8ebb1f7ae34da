using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ChatBot.Local;
using Xunit;

namespace ChatBot.Tests.Local;

/// <summary>A stand-in of its own for a test class, and raw HTTP to talk to it.</summary>
public sealed class StandInConversation : IAsyncLifetime
{
    private readonly SigningKey _key = SigningKey.Create();
    private readonly HttpClient _http = new();

    public StandInServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await StandInServer.StartAsync(new SupabaseAuth(_key), cancellationToken: TestContext.Current.CancellationToken);
        Server.Model.DefaultDelay = TimeSpan.Zero;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Server.DisposeAsync();
        _key.Dispose();
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken? timeout = null) =>
        _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout ?? TestContext.Current.CancellationToken);

    public Task<HttpResponseMessage> AskAsync(string content, bool stream = true, string path = "/v1/chat/completions", int? maxTokens = null, string? key = "sk-test-1234", CancellationToken? timeout = null)
    {
        JsonObject body = new()
        {
            ["model"] = "gpt-4o",
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = content }),
            ["stream"] = stream,
        };
        if (stream)
        {
            body["stream_options"] = new JsonObject { ["include_usage"] = true };
        }

        if (maxTokens is not null)
        {
            body["max_completion_tokens"] = maxTokens;
        }

        return PostAsync(path, body.ToJsonString(), key, timeout);
    }

    public Task<HttpResponseMessage> PostAsync(string path, string body, string? key = "sk-test-1234", CancellationToken? timeout = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Server.Url + path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        return SendAsync(request, timeout);
    }

    /// <summary>The data of all events, as far as the stream goes, and whether it broke.</summary>
    public async Task<(List<string> Data, bool Broke)> ReadAsync(HttpResponseMessage response)
    {
        List<string> data = [];
        try
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
            while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            {
                if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    data.Add(line["data: ".Length..]);
                }
            }
            return (data, false);
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException)
        {
            return (data, true);
        }
    }

    public async Task<(List<string> Data, bool Broke)> StreamAsync(string content, int? maxTokens = null, string path = "/v1/chat/completions")
    {
        using var response = await AskAsync(content, maxTokens: maxTokens, path: path);
        return await ReadAsync(response);
    }

    public static string TextOf(IEnumerable<string> data) => string.Concat(data
        .Where(line => line.StartsWith('{'))
        .Select(line => JsonNode.Parse(line)!["choices"] is JsonArray { Count: > 0 } choices ? (string?)choices[0]!["delta"]!["content"] : null));

    /// <summary>The journal's only call with this message, as it stands.</summary>
    public ModelCall Running(string content) =>
        Server.Model.Calls.Single(call => call.Messages.EnumerateArray().Any(message => message.GetProperty("content").GetString() == content));

    /// <summary>The journal's only call with this message, once it is over.</summary>
    public Task<ModelCall> CallAsync(string content) => Eventually.GetAsync(
        () => Running(content),
        call => call.Outcome != CallOutcome.Running,
        TestContext.Current.CancellationToken);
}
