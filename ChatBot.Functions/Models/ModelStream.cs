using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ChatBot.Functions.Settings;

namespace ChatBot.Functions.Models;

/// <summary>Reads what a model answers; each chunk is valid until the next is read.</summary>
public static class ModelStream
{
    /// <param name="head">What was read of the body before.</param>
    /// <exception cref="IOException">The connection broke, or its end came early.</exception>
    /// <exception cref="InvalidDataException">A line is longer than <see cref="StreamSettings.MaxLineBytes"/>, or the compression is broken.</exception>
    /// <exception cref="JsonException">An event is malformed.</exception>
    public static async IAsyncEnumerable<ModelChunk> Read(ReadOnlyMemory<byte> head, Stream body, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var chunk = new ModelChunk();
        // What has no data is a relay's sign of life, and not the model's.
        var events = SseParser.Create(new LineLimitedStream(head, body, StreamSettings.MaxLineBytes), (type, data) => chunk.Read(data, isError: type == "error"));
        await foreach (var item in events.EnumerateAsync(cancellationToken))
        {
            if (item.Data)
            {
                yield return chunk;
            }

            if (chunk.IsLast)
            {
                yield break;
            }
        }
    }

    /// <summary>A completion that came as a whole.</summary>
    public static async IAsyncEnumerable<ModelChunk> OfWhole(ModelChunk whole)
    {
        await Task.CompletedTask;
        yield return whole;
    }
}
