using System.Text.Json;
using ChatBot.Shared.Queues;

namespace ChatBot.Functions.Queues;

public static class WakeUpReader
{
    /// <summary>Null where there is none, or no wake-up.</summary>
    public static string? TraceParentOf(string body)
    {
        try
        {
            return Read(body).TraceParent;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <exception cref="InvalidDataException">It is not a wake-up of a version that this program knows.</exception>
    public static WakeUp Read(string body)
    {
        WakeUp? wakeUp;
        try
        {
            wakeUp = JsonSerializer.Deserialize(body, WakeUpJson.Default.WakeUp);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException("The queue message is not a wake-up.", e);
        }

        return wakeUp is { Version: 1 } && wakeUp.CompletionId != Guid.Empty
            ? wakeUp
            : throw new InvalidDataException("The queue message is not a wake-up of version 1.");
    }
}
