using System.Text.Json;
using ChatBot.Shared.Queues;

namespace ChatBot.Functions.Queues;

public static class WakeUpReader
{
    /// <summary>Null where it is not a wake-up of a version that this program knows.</summary>
    public static WakeUp? Read(string body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, WakeUpJson.Default.WakeUp) is { Version: 1 } wakeUp && wakeUp.CompletionId != Guid.Empty ? wakeUp : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
