using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatBot.Chaos;

namespace ChatBot.Year.Accounts;

/// <summary>Sends messages, some of which are stopped or left alone, and repeats those whose process was killed.</summary>
public sealed class Sender(YearHttp http)
{
    private const int MostTries = 6;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(300);

    private static readonly HashSet<string> s_expected =
    [
        "200", "429 usage_cap_exceeded", "429 rate_limited", "429 too_many_streams", "403 account_blocked", "409 completion_in_progress",
        "409 id_in_use", "502 model_failed", "504 model_timeout", "503 unavailable", "502 interrupted",
    ];

    private readonly ConcurrentDictionary<string, int> _answers = new();

    /// <summary>How often each status and code came.</summary>
    public IReadOnlyDictionary<string, int> Answers => _answers;

    public IEnumerable<string> Unexpected => _answers.Keys.Where(answer => !s_expected.Contains(answer));

    public async Task SendAsync(Account account, string chat, string model, string mood, Random random)
    {
        var (messageId, first) = (Guid.NewGuid(), random.Next(http.Count));
        var (isStopped, isLeft) = (random.Chance(0.05), random.Chance(0.05));
        for (var attempt = 0; attempt < MostTries; attempt++)
        {
            try
            {
                using var answer = await http.SendAsync((first + attempt) % http.Count, HttpMethod.Post, account.Token, "/api/chat", Body(account, chat, messageId, model, mood));
                var outcome = await OutcomeAsync(answer);
                _answers.AddOrUpdate(outcome, 1, (_, count) => count + 1);
                if (outcome == "200")
                {
                    if (isLeft)
                    {
                        return;
                    }

                    var stopping = isStopped ? StopAsync(account, chat, first) : Task.CompletedTask;
                    await answer.Content.CopyToAsync(Stream.Null);
                    await stopping;
                }

                if (outcome != "503 unavailable")
                {
                    return;
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                // Its process was killed: the same again elsewhere is the same message.
            }

            await Task.Delay(s_pause * (attempt + 1));
        }
    }

    /// <summary>What to send: the chat is made where there is none of that name.</summary>
    public static JsonObject Body(Account account, string chat, Guid messageId, string model, string mood) => new()
    {
        ["id"] = chat,
        ["model"] = model,
        ["messages"] = new JsonArray(new JsonObject
        {
            ["id"] = messageId.ToString(),
            ["role"] = "user",
            ["content"] = $"Go {account.Marker}. [[{mood}]]",
        }),
    };

    private async Task StopAsync(Account account, string chat, int slot)
    {
        try
        {
            using var _ = await http.SendAsync(slot, HttpMethod.Post, account.Token, $"/api/chats/{chat}/stop", null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // Not stopped, then.
        }
    }

    private static async Task<string> OutcomeAsync(HttpResponseMessage answer)
    {
        var status = (int)answer.StatusCode;
        if (status == 200 || answer.Content.Headers.ContentType?.MediaType != "application/problem+json")
        {
            return $"{status}";
        }

        using var problem = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync());
        return $"{status} {problem.RootElement.GetProperty("code").GetString()}";
    }
}
