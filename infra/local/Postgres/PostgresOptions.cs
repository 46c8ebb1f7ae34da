namespace ChatBot.Local;

public sealed record PostgresOptions(string Directory, string Password)
{
    /// <summary>Taken while it is free; else another one is chosen.</summary>
    public int? PreferredPort { get; init; }

    /// <summary>False for tests: survives a crash of PostgreSQL, not one of the machine.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>Further settings, as <c>-c name=value</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    public string? LogFile { get; init; }

    public Action<string> Report { get; init; } = _ => { };
}
