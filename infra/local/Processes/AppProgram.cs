using System.Runtime.InteropServices;

namespace ChatBot.Local;

/// <summary>How the program is started: as built along with us, as published, or by a Functions host.</summary>
public sealed record AppProgram(string FileName, IReadOnlyList<string> Arguments)
{
    private const string Name = "ChatBot.Functions";

    /// <summary>The build of our own configuration. It is a package for Azure Functions, too.</summary>
    public static string BuiltFolder => OutputOf(Name);

    /// <summary>The build of our own configuration, run by the runtime that runs us.</summary>
    public static AppProgram Built() => Built(Name, Name);

    /// <summary>Another project's build of our own configuration.</summary>
    public static AppProgram Built(string name, string folder)
    {
        var assembly = Path.Combine(OutputOf(folder), name + ".dll");
        if (!File.Exists(assembly))
        {
            throw new LocalStackException($"{assembly} is not there: build {name} first.");
        }

        return new(DotNetHost(), [assembly]);
    }

    /// <param name="path">Of a published program, or of the folder of a published package.</param>
    public static AppProgram Binary(string path)
    {
        if (Directory.Exists(path))
        {
            return Package(path);
        }

        if (!File.Exists(path))
        {
            throw new LocalStackException($"There is no program at {path}.");
        }

        return path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? new(DotNetHost(), [Path.GetFullPath(path)]) : new(Path.GetFullPath(path), []);
    }

    /// <summary>A package for Azure Functions, run by a Functions host of our own.</summary>
    public static AppProgram Package(string folder)
    {
        if (!File.Exists(Path.Combine(folder, "worker.config.json")))
        {
            throw new LocalStackException($"There is no Functions package at {folder}.");
        }

        return new(DotNetHost(), [typeof(AppProgram).Assembly.Location, "host", Path.GetFullPath(folder)]);
    }

    private static string OutputOf(string folder)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        // A program of one file, as the benchmarks are, has its output elsewhere, and what it refers to is built for debugging.
        var (configuration, framework) = output.Parent!.Parent!.Name == "bin" ? (output.Parent.Name, output.Name) : ("Debug", $"net{Environment.Version.Major}.0");
        return RepositoryRoot.Combine(folder, "bin", configuration, framework);
    }

    // <root>/shared/Microsoft.NETCore.App/<version>/
    private static string DotNetHost() =>
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
}
