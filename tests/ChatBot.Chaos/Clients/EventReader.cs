using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json;
using ChatBot.Chaos.Journals;

namespace ChatBot.Chaos.Clients;

/// <summary>Reads a UI message stream as strictly as the strictest client does, and a little more so.</summary>
/// <param name="resumed">The answer whose last event the client named; null for a stream from the beginning.</param>
public sealed class EventReader(AnswerReading reading, Guid? resumed)
{
    private bool _hasText = resumed is not null;
    private bool _isOver;
    private int _stage;

    /// <exception cref="StreamViolation">It is not as the protocol says.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        var events = SseParser.Create(body, (_, data) => Read(data));
        await foreach (var item in events.EnumerateAsync(cancellationToken))
        {
            if (item.Data == "[DONE]")
            {
                Require(_isOver, "[DONE] came before the end");
                continue;
            }

            // The status of a bad end has no id: it is sent again together with that end.
            if (item.Data != "message-metadata")
            {
                ReadId(events.LastEventId);
            }
        }

        Require(_isOver, "the stream came to its end without finish, abort or error");
    }

    private string Read(ReadOnlySpan<byte> data)
    {
        if (data.SequenceEqual("[DONE]"u8))
        {
            return "[DONE]";
        }

        Require(!_isOver, "an event came after the end");
        using var json = JsonDocument.Parse(data.ToArray());
        var root = json.RootElement;
        var type = root.GetProperty("type").GetString()!;
        switch (type)
        {
            case "start":
                reading.CompletionId = root.GetProperty("messageId").GetGuid();
                if (resumed is not null && resumed != reading.CompletionId)
                {
                    // Another is being written by now.
                    reading.Restart();
                    _hasText = false;
                }

                break;
            case "text-start":
                _hasText = true;
                break;
            case "text-delta":
                Require(_hasText, "a delta came before its text-start");
                reading.Append(root.GetProperty("delta").GetString());
                break;
            case "finish":
                End(ReadingEnd.Finished);
                break;
            case "abort":
                End(ReadingEnd.Stopped);
                break;
            case "error":
                using (var problem = JsonDocument.Parse(root.GetProperty("errorText").GetString()!))
                {
                    reading.Code = problem.RootElement.GetProperty("code").GetString();
                }

                End(ReadingEnd.Problem);
                break;
            default:
                Require(type is "start-step" or "text-end" or "finish-step" or "message-metadata", $"an event of type {type} came");
                break;
        }

        return type;
    }

    private void End(ReadingEnd end)
    {
        reading.End = end;
        _isOver = true;
    }

    // answer-offset-stage
    private void ReadId(string id)
    {
        var parts = id.Split('-');
        Require(parts.Length == 3, $"the event id {id} has no three parts");
        var answer = Guid.ParseExact(parts[0], "N");
        reading.CompletionId ??= answer;
        Require(answer == reading.CompletionId, $"the event id {id} names another answer than {reading.CompletionId}");
        Require(Number(parts[1]) == reading.Offset, $"the event id {id} does not name the place {reading.Offset}");
        Require(Number(parts[2]) >= _stage, $"the event id {id} goes back");
        _stage = Number(parts[2]);
        reading.LastEventId = id;
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static void Require(bool isSo, string otherwise)
    {
        if (!isSo)
        {
            throw new StreamViolation(otherwise);
        }
    }
}
