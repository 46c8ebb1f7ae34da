namespace ChatBot.Local;

/// <summary>The directory that holds ChatBot.sln, found upwards from the running assembly, else from where the command was given.</summary>
public static class RepositoryRoot
{
    private static readonly Lazy<string> s_found = new(() => Find(AppContext.BaseDirectory) ?? Find(Environment.CurrentDirectory)
        ?? throw new LocalStackException($"No directory above {AppContext.BaseDirectory} or {Environment.CurrentDirectory} holds ChatBot.sln: run this from a checkout."));

    public static string Path => s_found.Value;

    public static string Combine(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    private static string? Find(string from)
    {
        for (var directory = new DirectoryInfo(from); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(directory.FullName, "ChatBot.sln")))
            {
                return directory.FullName;
            }
        }

        return null;
    }
}
