using System.Reflection;
using ChatBot.Local;

namespace ChatBot.Tests.Infrastructure;

/// <summary>The compiler of the templates, as the build restored it for this platform.</summary>
internal static class BicepCompiler
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(2);

    private static readonly string s_path = typeof(BicepCompiler).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Bicep").Value!;

    /// <summary>What main.bicepparam wants to find.</summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["AZURE_ENV_NAME"] = "chatbot",
        ["AZURE_LOCATION"] = "westeurope",
        ["SUPABASE_URL"] = "https://project.supabase.co",
        ["ALLOWED_ORIGINS"] = "https://chat.example.com",
        ["OPERATOR_EMAILS"] = "operators@example.com",
    };

    /// <summary>What it says is a warning or an error: of what is well it says nothing.</summary>
    public static async Task<(int ExitCode, string Output)> Run(
        string directory, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment, CancellationToken cancellationToken)
    {
        var process = await ChildProcess.StartAsync(new(s_path, [.. arguments])
        {
            WorkingDirectory = directory,
            Environment = environment ?? new Dictionary<string, string>(),
        });
        await using (process)
        {
            var exitCode = await process.Exited.WaitAsync(s_timeout, cancellationToken);
            return (exitCode, string.Join('\n', process.Lines));
        }
    }
}
