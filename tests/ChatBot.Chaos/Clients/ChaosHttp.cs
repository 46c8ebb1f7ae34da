using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatBot.Chaos.Journals;

namespace ChatBot.Chaos.Clients;

/// <summary>Talks to the processes of the program for all clients, and notes every answer that nothing announces.</summary>
/// <param name="isHosted">Whether the processes are Functions hosts, which answer for their worker.</param>
public sealed class ChaosHttp(Instances instances, FaultJournal faults, ClientJournal journal, bool isHosted) : IDisposable
{
    // Longer than a process is ever suspended, and than the model may be silent.
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(40);

    // A database that is back is not used by everyone at once.
    private static readonly TimeSpan s_aftermath = TimeSpan.FromSeconds(10);

    private static readonly HashSet<string> s_expected =
    [
        "completion_in_progress", "id_in_use", "too_many_streams", "usage_cap_exceeded", "not_found", "model_failed", "model_timeout",
        "interrupted", "unavailable", "provider_key_rejected", "rate_limited",
    ];

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5) })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public int AnySlot(Random random) => random.Next(instances.Count);

    /// <summary>Returns with the head of a success, and with the whole of everything else.</summary>
    /// <exception cref="OperationCanceledException">The client gave up.</exception>
    public async Task<ChaosAnswer> SendAsync(
        ChaosUser user, int slot, HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken, params IEnumerable<(string Name, string Value)> headers)
    {
        var startedAt = TimeProvider.System.GetUtcNow();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(s_timeout);
        using var request = new HttpRequestMessage(method, new Uri(instances.Address(slot), path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", user.Token);
        request.Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        try
        {
            var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            if (isHosted && response is { StatusCode: HttpStatusCode.InternalServerError, Content.Headers.ContentLength: 0 })
            {
                // A Functions host answers so for a worker that dies before it does.
                response.Dispose();
                throw new HttpIOException(HttpRequestError.ResponseEnded, "The host has lost its worker.");
            }

            var code = response.IsSuccessStatusCode ? null : await ReadCodeAsync(response, timeout.Token);
            var answer = new ChaosAnswer(slot, (int)response.StatusCode, code, true, startedAt, response);
            Judge(answer, $"{method} {path}");
            return answer;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is HttpRequestException or IOException or OperationCanceledException)
        {
            var wasSent = e is not HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError };
            RequireDisturbance(slot, startedAt, $"{method} {path}: {e.GetType().Name} {e.Message}");
            journal.Count(wasSent ? "broken" : "unreachable");
            return new ChaosAnswer(slot, 0, null, wasSent, startedAt, null);
        }
    }

    /// <summary>A connection may only break where its process was tampered with.</summary>
    public void RequireDisturbance(int slot, DateTimeOffset since, string what)
    {
        if (!faults.WasDisturbed(slot, since - s_aftermath, TimeProvider.System.GetUtcNow()))
        {
            journal.AddOddity($"process {slot + 1}, undisturbed: {what}");
        }
    }

    public void Dispose() => _http.Dispose();

    private void Judge(ChaosAnswer answer, string request)
    {
        journal.Count($"{answer.Status} {answer.Code}".TrimEnd());
        if (answer.IsSuccess)
        {
            return;
        }

        if (answer.Code is null || !s_expected.Contains(answer.Code))
        {
            journal.AddOddity($"process {answer.Slot + 1}, {request}: {answer.Status} {answer.Code ?? "without a problem"}");
        }
        else if (answer.Code == "unavailable" && !faults.All.Any(f =>
            (f.Kind is FaultKind.Database || f.Slot == answer.Slot) && f.Overlaps(answer.StartedAt - s_aftermath, TimeProvider.System.GetUtcNow())))
        {
            journal.AddOddity($"process {answer.Slot + 1}, {request}: unavailable, though the database was there and nothing was done to the process");
        }
    }

    private static async Task<string?> ReadCodeAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json")
        {
            return null;
        }

        using var json = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
        return json.RootElement.GetProperty("status").GetInt32() == (int)response.StatusCode ? json.RootElement.GetProperty("code").GetString() : null;
    }
}
