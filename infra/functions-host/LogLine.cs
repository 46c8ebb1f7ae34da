using Microsoft.Extensions.Logging;

namespace ChatBot.Local;

/// <summary>An entry that the worker logged, or a line that it printed.</summary>
/// <param name="Category">Empty for what was printed.</param>
/// <param name="InvocationId">Empty outside of an invocation.</param>
public sealed record LogLine(LogLevel Level, string Category, string Message, string InvocationId = "")
{
    /// <summary>As the program's own console has it, but without the time.</summary>
    public override string ToString() => Category.Length == 0 ? Message : $"{Abbreviation}: {Category}[0] {Message.ReplaceLineEndings(" ")}";

    private string Abbreviation => Level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}
