using System.Text.Json;

namespace ChatBot.Local;

/// <summary>What a published Functions app says of itself.</summary>
internal sealed class FunctionsPackage
{
    public FunctionsPackage(string folder)
    {
        Folder = Path.GetFullPath(folder);
        var worker = Read("worker.config.json").GetProperty("description");
        Executable = worker.GetProperty("defaultExecutablePath").GetString()!;
        Assembly = Path.Combine(Folder, worker.GetProperty("defaultWorkerPath").GetString()!);
        Extensions = Read("host.json").TryGetProperty("extensions", out var extensions) ? extensions : default;
    }

    public string Folder { get; }

    /// <summary>Such as <c>dotnet</c>.</summary>
    public string Executable { get; }

    public string Assembly { get; }

    public string RoutePrefix => Text("http", "routePrefix") ?? "api";

    public int BatchSize => Number("queues", "batchSize") ?? 16;

    public int NewBatchThreshold => Number("queues", "newBatchThreshold") ?? BatchSize / 2;

    public int MaxDequeueCount => Number("queues", "maxDequeueCount") ?? 5;

    public TimeSpan MaxPollingInterval => Duration("queues", "maxPollingInterval") ?? TimeSpan.FromMinutes(1);

    public TimeSpan VisibilityTimeout => Duration("queues", "visibilityTimeout") ?? TimeSpan.Zero;

    public bool IsBase64 => Text("queues", "messageEncoding") is null or "base64";

    private JsonElement Extensions { get; }

    private string? Text(string extension, string name) => Find(extension, name) is { } value ? value.GetString() : null;

    private int? Number(string extension, string name) => Find(extension, name)?.GetInt32();

    private TimeSpan? Duration(string extension, string name) =>
        Text(extension, name) is { } text ? TimeSpan.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : null;

    private JsonElement? Find(string extension, string name) =>
        Extensions.ValueKind == JsonValueKind.Object && Extensions.TryGetProperty(extension, out var section) && section.TryGetProperty(name, out var value)
            ? value
            : null;

    private JsonElement Read(string file) => JsonElement.Parse(File.ReadAllText(Path.Combine(Folder, file)));
}
