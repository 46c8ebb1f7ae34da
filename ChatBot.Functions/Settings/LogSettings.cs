namespace ChatBot.Functions.Settings;

/// <param name="Formatter">What the console's lines are: <c>simple</c> text, or <c>json</c>. The name is the framework's.</param>
public sealed record LogSettings(string Formatter)
{
    private const string Name = "Logging:Console:FormatterName";

    public static LogSettings Read(SettingReader reader)
    {
        var formatter = reader.Optional(Name)?.ToLowerInvariant() ?? "simple";
        if (formatter is not ("simple" or "json"))
        {
            reader.Mistake(Name, "is neither simple nor json", "json");
        }

        return new LogSettings(formatter);
    }
}
