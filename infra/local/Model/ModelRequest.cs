using System.Text.Json;

namespace ChatBot.Local;

/// <summary>A chat completion request of either provider.</summary>
internal sealed record ModelRequest(string Model, IReadOnlyList<ChatMessage> Messages)
{
    private static readonly JsonElement s_noMessages = JsonElement.Parse("[]");
    private static readonly JsonElement s_noParameters = JsonElement.Parse("{}");

    public bool Stream { get; private init; }

    public bool IncludeUsage { get; private init; }

    public int? MaxTokens { get; private init; }

    public JsonElement MessagesJson { get; private init; } = s_noMessages;

    public JsonElement Parameters { get; private init; } = s_noParameters;

    /// <summary>Why it cannot be answered; null where it can.</summary>
    public string? Fault { get; private init; }

    public string SystemText => string.Join('\n', Messages.Where(message => message.Role is "system" or "developer").Select(message => message.Content));

    public string LastUserText => Messages.LastOrDefault(message => message.Role == "user")?.Content ?? "";

    /// <param name="deployment">Azure's name for the model, which is in the path and not in the body.</param>
    public static async Task<ModelRequest> ReadAsync(Stream body, string? deployment, CancellationToken cancellationToken)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
            return Read(document.RootElement.Clone(), deployment);
        }
        // An InvalidOperationException is half a surrogate pair in a string, or a value of the wrong kind.
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            return new(deployment ?? "", []) { Fault = $"We could not parse the JSON body of your request: {failure.Message}" };
        }
    }

    private static ModelRequest Read(JsonElement root, string? deployment)
    {
        var messages = root.GetProperty("messages");
        return new(deployment ?? root.GetProperty("model").GetString()!, [.. messages.EnumerateArray().Select(ReadMessage)])
        {
            Stream = Flag(root, "stream"),
            IncludeUsage = root.TryGetProperty("stream_options", out var options) && options.ValueKind == JsonValueKind.Object && Flag(options, "include_usage"),
            MaxTokens = Number(root, "max_completion_tokens") ?? Number(root, "max_tokens"),
            MessagesJson = messages,
            Parameters = WithoutMessages(root),
            Fault = messages.GetArrayLength() == 0 ? "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead." : null,
        };
    }

    private static ChatMessage ReadMessage(JsonElement message)
    {
        var content = message.TryGetProperty("content", out var found) ? found : default;
        return new(message.GetProperty("role").GetString()!, content.ValueKind switch
        {
            JsonValueKind.String => content.GetString()!,
            JsonValueKind.Array => string.Concat(content.EnumerateArray().Select(part => part.TryGetProperty("text", out var text) ? text.GetString() : "")),
            _ => "",
        });
    }

    private static bool Flag(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static int? Number(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;

    private static JsonElement WithoutMessages(JsonElement root)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var member in root.EnumerateObject().Where(member => !member.NameEquals("messages")))
            {
                member.WriteTo(json);
            }

            json.WriteEndObject();
        }
        return JsonElement.Parse(buffer.ToArray());
    }
}
