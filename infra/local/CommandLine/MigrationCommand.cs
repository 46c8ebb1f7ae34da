namespace ChatBot.Local;

/// <summary>Writes the initial migration anew from the schema files.</summary>
internal sealed record MigrationCommand
{
    public static MigrationCommand Parse(Arguments arguments) => arguments.Next() ? throw arguments.Unknown() : new();

    public int Run()
    {
        File.WriteAllText(InitialMigration.FilePath, InitialMigration.Generate(new()));
        Console.WriteLine($"Wrote {InitialMigration.FilePath}");
        return 0;
    }
}
