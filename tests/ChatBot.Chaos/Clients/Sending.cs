using System.Text.Json.Nodes;
using ChatBot.Chaos.Journals;

namespace ChatBot.Chaos.Clients;

/// <summary>Sends one message in one of the ways that clients and networks have, and follows the answer to its end.</summary>
public sealed class Sending(ChaosHttp http, ClientJournal journal, ChaosUser user, Random random)
{
    private const int MostTries = 5;

    // These come after the admission: the message is stored, and its answer failed.
    private static readonly HashSet<string> s_admitted = ["model_failed", "model_timeout", "interrupted", "provider_key_rejected"];

    private static readonly IReadOnlyList<(int Weight, Way Choice)> s_ways = [(50, Way.Stay), (20, Way.Leave), (12, Way.Stop), (18, Way.Double)];

    private readonly StreamCall _calls = new(http, journal, user);

    private enum Way
    {
        Stay,
        Leave,
        Stop,
        Double,
    }

    public async Task RunAsync(SendRequest send, CancellationToken cancellationToken)
    {
        var way = random.Weighted(s_ways);
        for (var attempt = 1; attempt <= MostTries; attempt++)
        {
            var (answer, reading) = await SendAsync(send, way, cancellationToken);
            if (reading is not null)
            {
                if (send.Turn is { } turn && reading.CompletionId is { } id)
                {
                    turn.AnswerId = id;
                }

                if (reading.End == ReadingEnd.Broken && random.Chance(0.85))
                {
                    await FollowAsync(send.Chat, reading, cancellationToken);
                }

                return;
            }

            user.Refusals = answer.Code == "usage_cap_exceeded" ? user.Refusals + 1 : 0;
            if (!answer.IsWorthRepeating)
            {
                return;
            }

            await Task.Delay(random.Between(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(1500)), cancellationToken);
        }
    }

    private async Task<(ChaosAnswer Answer, AnswerReading? Reading)> SendAsync(SendRequest send, Way way, CancellationToken cancellationToken)
    {
        // Only what says which message it is may come twice.
        var others = way == Way.Double && send.IsRepeatable ? random.Next(1, 3) : 0;
        var doubles = Enumerable.Range(0, others).Select(_ => SendOnceAsync(send, null, cancellationToken)).ToList();
        TimeSpan? leaveAfter = way == Way.Leave ? random.Between(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(3)) : null;
        var sent = SendOnceAsync(send, leaveAfter, cancellationToken);
        if (way == Way.Stop)
        {
            // Some are in such a hurry that they may come before their send.
            var (soonest, latest) = random.Chance(0.3) ? (TimeSpan.Zero, TimeSpan.FromMilliseconds(20)) : (TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(4));
            await Task.WhenAny(sent, Task.Delay(random.Between(soonest, latest), cancellationToken));
            var body = send.Turn?.MessageId is { } message && random.Chance(0.7) ? new JsonObject { ["messageId"] = message } : null;
            using var stopped = await http.SendAsync(user, http.AnySlot(random), HttpMethod.Post, $"/api/chats/{send.Chat.Name}/stop", body, cancellationToken);
        }

        await Task.WhenAll(doubles);
        return await sent;
    }

    private async Task<(ChaosAnswer Answer, AnswerReading? Reading)> SendOnceAsync(SendRequest send, TimeSpan? leaveAfter, CancellationToken cancellationToken)
    {
        var startedAt = TimeProvider.System.GetUtcNow();
        var outcome = SendOutcome.Unknown;
        Guid? completionId = null;
        try
        {
            var (answer, reading) = await _calls.ReadAsync(
                http.AnySlot(random), HttpMethod.Post, send.Path, send.Body(), send.AsText, leaveAfter, [.. Key(send)], cancellationToken);
            outcome = answer switch
            {
                { Status: 200 } => SendOutcome.Accepted,
                { Code: { } code } when s_admitted.Contains(code) => SendOutcome.Accepted,
                { Status: 0, WasSent: true } or { Status: >= 500 } => SendOutcome.Unknown,
                _ => SendOutcome.Refused,
            };
            completionId = reading?.CompletionId;
            return (answer, reading);
        }
        finally
        {
            var marker = send.Kind == SendKind.Regenerate && send.Turn?.AnswerId is null ? null : send.Turn?.Marker;
            journal.Add(new SendRecord(
                send.Kind, user.Id, send.Chat.Id, marker, send.Turn?.MessageId is not null, send.MessageUuid, send.Content, startedAt,
                TimeProvider.System.GetUtcNow(), outcome, completionId));
        }
    }

    private static IEnumerable<(string, string)> Key(SendRequest send) => send.IdempotencyKey is { } key ? [("Idempotency-Key", key)] : [];

    /// <summary>Comes back at any process until the answer is over, sometimes saying what was had already.</summary>
    private async Task FollowAsync(ChaosChat chat, AnswerReading reading, CancellationToken cancellationToken)
    {
        var lastEventId = reading.LastEventId;
        for (var attempt = 1; attempt <= MostTries; attempt++)
        {
            var after = random.Chance(0.5) ? lastEventId : null;
            TimeSpan? leaveAfter = random.Chance(0.3) ? random.Between(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2)) : null;
            var path = random.Chance(0.5) ? $"/api/chats/{chat.Name}/stream" : $"/api/chat/{chat.Name}/stream";
            var (answer, next) = await _calls.ReadAsync(http.AnySlot(random), HttpMethod.Get, path, null, false, leaveAfter, after is null ? [] : [(StreamCall.LastEventId, after)], cancellationToken);
            if (answer.Status is 204 or 404 || next is { End: not ReadingEnd.Broken } || (next?.CompletionId is { } id && id != reading.CompletionId))
            {
                return;
            }

            lastEventId = next?.LastEventId ?? lastEventId;
            await Task.Delay(random.Between(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1)), cancellationToken);
        }
    }

    /// <summary>What is to become of an answer whose client leaves.</summary>
    public static JsonNode? DrawPolicy(Random random) => random.NextDouble() switch
    {
        < 0.10 => JsonValue.Create("stop"),
        < 0.25 => JsonValue.Create(random.Next(1, 4)),
        < 0.5 => JsonValue.Create("finish"),
        _ => null,
    };
}
