using ChatBot.Local;
using ChatBot.Tests.Local;

namespace ChatBot.Tests.Schema;

/// <summary>The CLI that applies the migrations to a real project.</summary>
internal static class SupabaseCli
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(2);

    public static async Task<(int ExitCode, string Output)> PushAsync(string databaseUri, CancellationToken cancellationToken)
    {
        var folder = new NpmFolder(RepositoryRoot.Combine("tests", "ChatBot.Tests", "npm", "supabase"), "the Supabase CLI");
        await folder.InstallAsync(_ => { }, cancellationToken);
        var node = Executable.Find("node") ?? throw new LocalStackException("The Supabase CLI needs Node.js, which is not on PATH.");
        var script = Path.Combine(folder.Modules, "supabase", "dist", "supabase.js");

        using var home = new TemporaryDirectory();
        var process = await ChildProcess.StartAsync(new(node, script, "db", "push", "--db-url", databaseUri, "--workdir", "infra", "--yes")
        {
            WorkingDirectory = RepositoryRoot.Path,
            Environment = new Dictionary<string, string>
            {
                ["HOME"] = home.Path,
                ["USERPROFILE"] = home.Path,
                ["SUPABASE_HOME"] = home.Path,
                ["SUPABASE_NO_KEYRING"] = "1",
                ["SUPABASE_NO_UPDATE_NOTIFIER"] = "1",
                ["SUPABASE_TELEMETRY_DISABLED"] = "1",
                ["DO_NOT_TRACK"] = "1",
            },
        });

        int exitCode;
        await using (process)
        {
            exitCode = await process.Exited.WaitAsync(s_timeout, cancellationToken);
        }

        return (exitCode, string.Join('\n', process.Lines));
    }
}
