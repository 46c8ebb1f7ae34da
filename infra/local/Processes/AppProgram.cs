using System.Runtime.InteropServices;

namespace ChatBot.Local;

/// <summary>How the program is started: as built along with us, or as published.</summary>
public sealed record AppProgram(string FileName, IReadOnlyList<string> Arguments)
{
    private const string Name = "ChatBot.Functions";

    /// <summary>The build of our own configuration, run by the runtime that runs us.</summary>
    public static AppProgram Built()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var (framework, configuration) = (output.Name, output.Parent!.Name);
        var assembly = RepositoryRoot.Combine(Name, "bin", configuration, framework, Name + ".dll");
        if (!File.Exists(assembly))
        {
            throw new LocalStackException($"{assembly} is not there: build {Name} first.");
        }

        return new(DotNetHost(), [assembly]);
    }

    public static AppProgram Binary(string path)
    {
        if (!File.Exists(path))
        {
            throw new LocalStackException($"There is no program at {path}.");
        }

        return path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? new(DotNetHost(), [Path.GetFullPath(path)]) : new(Path.GetFullPath(path), []);
    }

    // <root>/shared/Microsoft.NETCore.App/<version>/
    private static string DotNetHost() =>
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
}
