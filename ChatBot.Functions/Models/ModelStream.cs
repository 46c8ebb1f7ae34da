using System.Net.ServerSentEvents;
using System.Text.Json;
using ChatBot.Functions.Settings;

namespace ChatBot.Functions.Models;

/// <summary>Reads a model's stream of events; each is valid until the next is read.</summary>
public static class ModelStream
{
    /// <exception cref="IOException">The connection broke, or its end came early.</exception>
    /// <exception cref="InvalidDataException">A line is longer than <see cref="StreamSettings.MaxLineBytes"/>.</exception>
    /// <exception cref="JsonException">An event is malformed.</exception>
    public static async IAsyncEnumerable<ModelChunk> Read(
        Stream body, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var chunk = new ModelChunk();
        var events = SseParser.Create(new LineLimitedStream(body, StreamSettings.MaxLineBytes), (_, data) =>
        {
            if (data.SequenceEqual("[DONE]"u8))
            {
                return false;
            }

            chunk.Read(data);
            return true;
        });

        await foreach (var item in events.EnumerateAsync(cancellation))
        {
            if (!item.Data)
            {
                yield break;
            }

            yield return chunk;
        }
    }
}
