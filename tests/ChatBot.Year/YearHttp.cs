using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ChatBot.Chaos;

namespace ChatBot.Year;

/// <summary>Requests to one of the processes of the program, which may be killed at any time.</summary>
public sealed class YearHttp(Instances instances) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5) })
    {
        Timeout = TimeSpan.FromSeconds(60),
    };

    public int Count => instances.Count;

    /// <summary>Returns with the head of the answer.</summary>
    public Task<HttpResponseMessage> SendAsync(int slot, HttpMethod method, string token, string path, JsonNode? body, CancellationToken cancellationToken = default) =>
        SendAsync(instances.Address(slot), method, token, path, body, cancellationToken);

    public async Task<HttpResponseMessage> SendAsync(
        Uri address, HttpMethod method, string token, string path, JsonNode? body, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(method, new Uri(address, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Accept.ParseAdd("text/event-stream");
        request.Headers.Accept.ParseAdd("application/json");
        request.Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    public void Dispose() => _http.Dispose();
}
