using System.Reflection;
using ChatBot.Local;

namespace ChatBot.Tests.Infrastructure;

/// <summary>The compiler of the templates, as the build restored it for this platform.</summary>
internal static class BicepCompiler
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private static readonly string s_path = typeof(BicepCompiler).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Bicep").Value!;

    /// <summary>What it says is a warning or an error: of what is well it says nothing.</summary>
    public static async Task<(int ExitCode, string Output)> Run(
        string directory, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment, CancellationToken cancellation)
    {
        var process = await ChildProcess.StartAsync(new(s_path, [.. arguments])
        {
            WorkingDirectory = directory,
            Environment = environment ?? new Dictionary<string, string>(),
        });
        await using (process)
        {
            var exitCode = await process.Exited.WaitAsync(s_patience, cancellation);
            return (exitCode, string.Join('\n', process.Lines));
        }
    }
}
