namespace ChatBot.Local;

/// <summary>The directory that holds ChatBot.sln, found upwards from the running assembly.</summary>
public static class RepositoryRoot
{
    private static readonly Lazy<string> s_found = new(Find);

    public static string Path => s_found.Value;

    public static string Combine(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    private static string Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(directory.FullName, "ChatBot.sln")))
            {
                return directory.FullName;
            }
        }
        throw new LocalStackException($"No directory above {AppContext.BaseDirectory} holds ChatBot.sln: run this from a checkout.");
    }
}
