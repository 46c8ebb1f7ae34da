namespace ChatBot.Local;

/// <summary><c>&lt;version&gt;_&lt;name&gt;.sql</c>, the version a timestamp.</summary>
internal sealed record MigrationFile(string FileName, string Version, string Name, string Script)
{
    public IReadOnlyList<SqlStatement> Statements { get; } = SqlStatements.Split(Script);

    public static IEnumerable<MigrationFile> In(string folder) =>
        Directory.EnumerateFiles(folder, "*.sql").Select(Read).OfType<MigrationFile>().OrderBy(migration => migration.FileName, StringComparer.Ordinal);

    public int LineOf(int position) => 1 + Script.AsSpan(0, Math.Min(position, Script.Length)).Count('\n');

    // As the Supabase CLI does, other files of the folder are passed over.
    private static MigrationFile? Read(string path)
    {
        var fileName = Path.GetFileName(path);
        return Path.GetFileNameWithoutExtension(fileName).Split('_', 2) is [var version, var name] && version.All(char.IsAsciiDigit)
            ? new(fileName, version, name, File.ReadAllText(path))
            : null;
    }
}
