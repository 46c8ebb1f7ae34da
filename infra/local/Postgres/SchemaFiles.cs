using Tomlyn;
using Tomlyn.Model;

namespace ChatBot.Local;

/// <summary>
/// The files that define the database, in the order of <c>schema_paths</c> in the Supabase CLI's config.toml: what a pattern finds
/// comes in the order of names, and a file stays where it was named first.
/// </summary>
public sealed class SchemaFiles(string folder)
{
    private const string Setting = "[db.migrations] schema_paths";

    /// <summary>The schema of this repository.</summary>
    public SchemaFiles() : this(RepositoryRoot.Combine("infra", "supabase"))
    {
    }

    /// <summary>Paths relative to the folder of config.toml, with slashes.</summary>
    public IReadOnlyList<string> InOrder()
    {
        var found = Patterns().SelectMany(Find).Distinct().ToList();
        var schemas = new DirectoryInfo(Path.Combine(folder, "schemas"));
        var forgotten = schemas.EnumerateFiles("*.sql", SearchOption.AllDirectories).Select(file => Relative(file.FullName)).Except(found).Order(StringComparer.Ordinal).ToList();
        return forgotten.Count == 0
            ? found
            : throw new LocalStackException($"{Setting} in {ConfigFile} leaves out {string.Join(", ", forgotten)}. Add them where they belong in the order.");
    }

    public string Read(string file) => File.ReadAllText(Path.Combine(folder, file));

    private string ConfigFile => Path.Combine(folder, "config.toml");

    private IEnumerable<string> Patterns() =>
        TomlSerializer.Deserialize<TomlTable>(File.ReadAllText(ConfigFile)) is { } config
            && config.TryGetValue("db", out var db) && db is TomlTable database
            && database.TryGetValue("migrations", out var table) && table is TomlTable migrations
            && migrations.TryGetValue("schema_paths", out var paths) && paths is TomlArray patterns
            ? patterns.OfType<string>()
            : throw new LocalStackException($"{ConfigFile} needs {Setting}, such as [\"./schemas/*.sql\"].");

    private IEnumerable<string> Find(string pattern)
    {
        var directory = new DirectoryInfo(Path.Combine(folder, Path.GetDirectoryName(pattern) ?? ""));
        var files = directory.Exists ? directory.GetFiles(Path.GetFileName(pattern)) : [];
        return files.Length > 0
            ? files.Select(file => Relative(file.FullName)).Order(StringComparer.Ordinal)
            : throw new LocalStackException($"{Setting} in {ConfigFile}: no file matches {pattern}.");
    }

    private string Relative(string path) => Path.GetRelativePath(folder, path).Replace('\\', '/');
}
