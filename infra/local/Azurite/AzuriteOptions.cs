namespace ChatBot.Local;

public sealed record AzuriteOptions(string Directory)
{
    /// <summary>Taken while they are free; else others are chosen.</summary>
    public int? PreferredBlobPort { get; init; }

    public int? PreferredQueuePort { get; init; }

    public int? PreferredTablePort { get; init; }

    /// <summary>True for tests that never stop it: nothing survives its end.</summary>
    public bool InMemory { get; init; }

    public string? LogFile { get; init; }

    public Action<string> Report { get; init; } = _ => { };
}
