using ChatBot.Local;

namespace ChatBot.Year;

/// <summary>What a simulated year is to be like. The same seed draws the same things, though not at the same moments.</summary>
public sealed record YearOptions
{
    public const string Help = """
        dotnet run --project tests/ChatBot.Year -- [option]...

          --seed N         what is drawn: 1
          --users N        at least 20: 1000
          --months N       that go by: 12
          --sends N        per user and month: 2
          --processes N    of the program: 2
          --binary PATH    a published program; else the one built along
          --keep DIR       keeps databases and logs there
        """;

    public int Seed { get; init; } = 1;

    public int Users { get; init; } = 1000;

    public int Months { get; init; } = 12;

    public int Sends { get; init; } = 2;

    public int Processes { get; init; } = 2;

    public string? Keep { get; init; }

    public AppProgram? Program { get; init; }

    public static YearOptions Parse(IEnumerable<string> given)
    {
        var options = new YearOptions();
        var arguments = new Arguments(given);
        while (arguments.Next())
        {
            options = arguments.Current switch
            {
                "--seed" => options with { Seed = arguments.Count(0, int.MaxValue) },
                "--users" => options with { Users = arguments.Count(20, 100_000) },
                "--months" => options with { Months = arguments.Count(2, 120) },
                "--sends" => options with { Sends = arguments.Count(1, 1_000) },
                "--processes" => options with { Processes = arguments.Count(1, 64) },
                "--binary" => options with { Program = AppProgram.Binary(arguments.Text()) },
                "--keep" => options with { Keep = arguments.Text() },
                _ => throw arguments.Unknown(),
            };
        }

        return options;
    }
}
