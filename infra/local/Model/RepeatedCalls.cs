using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace ChatBot.Local;

/// <summary>
/// Counts the calls with the same messages, whatever the model: a retry has the same, and so has a fallback to another
/// model. Tests that run side by side tell their prompts apart by a word of their own.
/// </summary>
internal sealed class RepeatedCalls
{
    private readonly ConcurrentDictionary<string, int> _counts = new();

    public int Count(ModelRequest request)
    {
        var identity = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(request.MessagesJson.GetRawText())));
        return _counts.AddOrUpdate(identity, 1, (_, count) => count + 1);
    }
}
