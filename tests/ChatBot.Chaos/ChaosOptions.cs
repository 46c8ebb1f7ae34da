using ChatBot.Local;

namespace ChatBot.Chaos;

/// <summary>What a run is to be like. The same seed draws the same things, though not at the same moments.</summary>
public sealed record ChaosOptions
{
    public const string Help = """
        dotnet run --project tests/ChatBot.Chaos -- [option]...

          --seed N              what is drawn: 1
          --duration 2m         how long faults and clients go on: 2m
          --processes N         of the program: 4
          --clients N           at once: 32
          --kill-every 8s       between two SIGKILLs, about; 0 for a run without any faults: 8s
          --min-completions N   goes on beyond the duration, up to twice as long, and fails with fewer: 0
          --lease 5s            how long a dead process keeps an answer: 5s
          --pooled              the program reaches the database through PgBouncer in transaction mode
          --binary PATH         a published program, or the folder of a package for a Functions host; else the one built along
          --keep DIR            keeps databases and logs there
        """;

    public int Seed { get; init; } = 1;

    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(2);

    public int Processes { get; init; } = 4;

    public int Clients { get; init; } = 32;

    /// <summary>Zero for a run without any faults, of the model's neither.</summary>
    public TimeSpan KillEvery { get; init; } = TimeSpan.FromSeconds(8);

    public int MinCompletions { get; init; }

    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(5);

    public bool Pooled { get; init; }

    public string? Keep { get; init; }

    public string? Binary { get; init; }

    public bool IsHosted => Directory.Exists(Binary);

    /// <summary>What an answer takes at the most, where nothing goes wrong with it.</summary>
    public TimeSpan LongestAnswer { get; init; } = TimeSpan.FromSeconds(10);

    public bool HasFaults => KillEvery > TimeSpan.Zero;

    public static ChaosOptions Parse(IEnumerable<string> given)
    {
        var options = new ChaosOptions();
        var arguments = new Arguments(given);
        while (arguments.Next())
        {
            options = arguments.Current switch
            {
                "--seed" => options with { Seed = arguments.Count(0, int.MaxValue) },
                "--duration" => options with { Duration = arguments.Duration() },
                "--processes" => options with { Processes = arguments.Count(1, 64) },
                "--clients" => options with { Clients = arguments.Count(1, 1024) },
                "--kill-every" => options with { KillEvery = arguments.Duration() },
                "--min-completions" => options with { MinCompletions = arguments.Count(0, int.MaxValue) },
                "--lease" => options with { Lease = arguments.Duration() },
                "--pooled" => options with { Pooled = true },
                "--binary" => options with { Binary = arguments.Text() },
                "--keep" => options with { Keep = arguments.Text() },
                _ => throw arguments.Unknown(),
            };
        }

        return options;
    }
}
