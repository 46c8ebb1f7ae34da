using System.Diagnostics.CodeAnalysis;

namespace ChatBot.Functions.Hosting;

internal static class RunMode
{
    /// <summary>False in the native program, from which the worker is trimmed.</summary>
    [FeatureSwitchDefinition("ChatBot.Worker")]
    private static bool CanBeWorker => !AppContext.TryGetSwitch("ChatBot.Worker", out var isOn) || isOn;

    /// <summary>A Functions host tells its worker where to connect.</summary>
    public static bool IsWorker(string[] args) => CanBeWorker && args.Any(a => a.StartsWith("--functions-uri", StringComparison.Ordinal));
}
