namespace ChatBot.Functions.Settings;

/// <summary>The program cannot start with these settings; one line per mistake.</summary>
public sealed class SettingsException(IReadOnlyList<string> mistakes) : Exception(string.Join(Environment.NewLine, mistakes))
{
    public IReadOnlyList<string> Mistakes => mistakes;
}
