using System.Reflection;

namespace ChatBot.Functions.Hosting;

/// <summary>What the build wrote into the program: <c>1.0.0+5b85d2a1…</c>, a version and the commit, where there was one.</summary>
internal static class BuildVersion
{
    private static readonly string[] s_parts =
        (typeof(BuildVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "").Split('+', 2);

    public static string Number => s_parts[0];

    public static string? Commit => s_parts is [_, var commit] ? commit : null;
}
