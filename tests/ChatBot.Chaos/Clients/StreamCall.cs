using System.Text;
using System.Text.Json.Nodes;
using ChatBot.Chaos.Journals;

namespace ChatBot.Chaos.Clients;

/// <summary>A request that is answered with a stream, read to its end or until the client leaves.</summary>
public sealed class StreamCall(ChaosHttp http, ClientJournal journal, ChaosUser user)
{
    public const string LastEventId = "Last-Event-ID";

    // Keep-alives come every few seconds, if nothing else does.
    private static readonly TimeSpan s_longestSilence = TimeSpan.FromSeconds(40);

    /// <param name="leaveAfter">When the client leaves; null to stay to the end.</param>
    /// <param name="headers">With a Last-Event-ID the stream goes on behind it.</param>
    /// <returns>The answer and what was shown, which is null for no stream.</returns>
    public async Task<(ChaosAnswer Answer, AnswerReading? Reading)> ReadAsync(
        int slot, HttpMethod method, string path, JsonNode? body, bool asText, TimeSpan? leaveAfter, IReadOnlyList<(string Name, string Value)> headers, CancellationToken cancellationToken)
    {
        var lastEventId = headers.FirstOrDefault(h => h.Name == LastEventId).Value;
        var answer = await http.SendAsync(user, slot, method, path, body, cancellationToken, [("Accept", asText ? "text/plain" : "text/event-stream"), .. headers]);
        using (answer)
        {
            if (answer.Status != 200)
            {
                return (answer, null);
            }

            var reading = new AnswerReading(user.Id, lastEventId is null ? 0 : int.Parse(lastEventId.Split('-')[1]));
            if (asText && answer.Response!.Headers.TryGetValues("X-Message-Id", out var ids))
            {
                reading.CompletionId = Guid.Parse(ids.Single());
            }

            await ReadAsync(answer, reading, asText, leaveAfter, lastEventId is null ? null : Guid.ParseExact(lastEventId.Split('-')[0], "N"), cancellationToken);
            if (reading.ToRecord() is { } record)
            {
                journal.Add(record);
            }

            return (answer, reading);
        }
    }

    private async Task ReadAsync(
        ChaosAnswer answer, AnswerReading reading, bool asText, TimeSpan? leaveAfter, Guid? resumed, CancellationToken cancellationToken)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (leaveAfter is { } after)
        {
            leaving.CancelAfter(after);
        }

        try
        {
            await using var body = new PatientStream(await answer.Response!.Content.ReadAsStreamAsync(leaving.Token), s_longestSilence);
            if (asText)
            {
                await ReadTextAsync(reading, body, leaving.Token);
            }
            else
            {
                await new EventReader(reading, resumed).ReadAsync(body, leaving.Token);
            }
        }
        catch (StreamViolation violation)
        {
            journal.AddOddity($"process {answer.Slot + 1}, answer {reading.CompletionId}: {violation.Message}");
        }
        catch (Exception) when (leaving.IsCancellationRequested)
        {
            // The client left.
        }
        catch (Exception e) when (e is IOException or HttpRequestException or TimeoutException)
        {
            // Bare text has no other way to say that it went wrong.
            if (!asText)
            {
                http.RequireDisturbance(answer.Slot, answer.StartedAt, $"answer {reading.CompletionId} broke at {reading.Offset}: {e.Message}");
            }
        }
    }

    private static async Task ReadTextAsync(AnswerReading reading, Stream body, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(body, Encoding.UTF8);
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer, cancellationToken) is var length and > 0)
        {
            reading.Append(buffer.AsSpan(0, length));
        }

        reading.End = ReadingEnd.Whole;
    }
}
