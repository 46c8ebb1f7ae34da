namespace ChatBot.Local;

public sealed record AppProcessOptions(AppProgram Program, IReadOnlyDictionary<string, string> Settings)
{
    public string Name { get; init; } = "app";

    /// <summary>Null for any free one.</summary>
    public int? Port { get; init; }

    public string? LogFile { get; init; }

    public Action<string>? OnLine { get; init; }
}
