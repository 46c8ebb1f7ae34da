using System.Buffers.Text;
using System.Text;
using Azure.Storage.Queues.Models;

namespace ChatBot.Functions.Queues;

/// <summary>One delivery of a queue message.</summary>
/// <param name="Body">Decoded text; as it is where it is not Base64.</param>
/// <param name="DequeueCount">Which delivery it is, from 1.</param>
/// <param name="InsertedAt">When the message was put into the queue; null where that is not known.</param>
public sealed record QueueDelivery(string Queue, string MessageId, string Body, int DequeueCount, DateTimeOffset? InsertedAt = null)
{
    public static QueueDelivery Of(string queue, QueueMessage message) =>
        new(queue, message.MessageId, Decode(message.MessageText), (int)message.DequeueCount, message.InsertedOn);

    private static string Decode(string text) => Base64.IsValid(text) ? Encoding.UTF8.GetString(Convert.FromBase64String(text)) : text;
}
