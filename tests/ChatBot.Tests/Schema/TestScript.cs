using ChatBot.Local;

namespace ChatBot.Tests.Schema;

/// <summary>The pgTAP files, each with what it includes: psql reads <c>\ir</c>, a server does not.</summary>
internal static class TestScript
{
    private const string Include = @"\ir ";

    private static readonly string s_folder = RepositoryRoot.Combine("infra", "supabase", "tests");

    public static IEnumerable<string> Names => Directory
        .EnumerateFiles(s_folder, "*.sql", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(s_folder, path).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);

    public static string Read(string name) => Expand(Path.Combine(s_folder, name));

    private static string Expand(string path) => string.Join('\n', File.ReadLines(path).Select(line =>
        line.StartsWith(Include, StringComparison.Ordinal)
            ? Expand(Path.Combine(Path.GetDirectoryName(path)!, line[Include.Length..].Trim()))
            : line));
}
