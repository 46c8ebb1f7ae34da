using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace ChatBot.Tests.Stack;

/// <summary>A signed-in user with a browser: requests carry the token, answers are read as JSON.</summary>
public sealed class TestUser(Guid id, string token, Uri address)
{
    private static readonly HttpClient s_http = new(new SocketsHttpHandler { UseCookies = false }) { Timeout = TimeSpan.FromSeconds(60) };

    public Guid Id => id;

    public string Token => token;

    /// <summary>The same user at another instance.</summary>
    public TestUser At(Uri instance) => new(id, token, instance);

    public Task<ApiResponse> Get(string path, params (string Name, string Value)[] headers) => Send(HttpMethod.Get, path, null, headers);

    public Task<ApiResponse> Post(string path, JsonNode? body, params (string Name, string Value)[] headers) => Send(HttpMethod.Post, path, body, headers);

    public Task<ApiResponse> Put(string path, JsonNode? body, params (string Name, string Value)[] headers) => Send(HttpMethod.Put, path, body, headers);

    public Task<ApiResponse> Patch(string path, JsonNode? body, params (string Name, string Value)[] headers) => Send(HttpMethod.Patch, path, body, headers);

    public Task<ApiResponse> Delete(string path, params (string Name, string Value)[] headers) => Send(HttpMethod.Delete, path, null, headers);

    public Task<ApiResponse> Send(HttpMethod method, string path, JsonNode? body, (string Name, string Value)[] headers) =>
        SendRaw(method, path, body?.ToJsonString(), headers);

    public async Task<ApiResponse> SendRaw(HttpMethod method, string path, string? body, (string Name, string Value)[] headers)
    {
        using var response = await Open(method, path, body, headers, HttpCompletionOption.ResponseContentRead, TestContext.Current.CancellationToken);
        return await Read(response);
    }

    /// <summary>With a body that is no text.</summary>
    public async Task<ApiResponse> SendContent(HttpMethod method, string path, HttpContent content)
    {
        using var request = new HttpRequestMessage(method, new Uri(address, path)) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await s_http.SendAsync(request, TestContext.Current.CancellationToken);
        return await Read(response);
    }

    /// <summary>Returns with the head of the answer, whose body is still coming.</summary>
    public Task<HttpResponseMessage> Open(
        HttpMethod method, string path, string? body, (string Name, string Value)[] headers, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(method, new Uri(address, path));
        if (token.Length > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content!.Headers.Remove(name);
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return s_http.SendAsync(request, completion, cancellationToken);
    }

    private static async Task<ApiResponse> Read(HttpResponseMessage response) => new(
        response.StatusCode,
        response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase),
        await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
}
