namespace ChatBot.Local;

public sealed record StackOptions(string DataDirectory)
{
    /// <summary>Start with nothing of what the data directory holds from before.</summary>
    public bool Fresh { get; init; }

    /// <summary>How many processes of the program to start; 0 for none.</summary>
    public int Instances { get; init; }

    /// <summary>The first instance's; the others have the next ones.</summary>
    public int Port { get; init; } = 7071;

    /// <summary>Null for the program as built along.</summary>
    public AppProgram? Program { get; init; }

    /// <summary>False for tests: faster, and survives everything but a crash of the machine.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>Whether the program reaches the database through PgBouncer in transaction mode.</summary>
    public bool Pooled { get; init; }

    /// <summary>Further settings of PostgreSQL.</summary>
    public IReadOnlyDictionary<string, string> PostgresSettings { get; init; } = new Dictionary<string, string>();

    /// <summary>Null for the repository's migrations.</summary>
    public string? MigrationsFolder { get; init; }

    /// <summary>The default plan's caps; null leaves what the migrations say.</summary>
    public long? TokenCap { get; init; }

    public decimal? CostCap { get; init; }

    /// <summary>Settings that win over the stack's own; what they replace is not started. Empty for tests, whatever the shell holds.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Told what is going on, a line at a time.</summary>
    public Action<string> Report { get; init; } = _ => { };

    /// <summary>Told what the instances print: name and line.</summary>
    public Action<string, string> ReportOutput { get; init; } = (_, _) => { };
}
