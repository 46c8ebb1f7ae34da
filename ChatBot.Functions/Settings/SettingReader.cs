using System.Globalization;

namespace ChatBot.Functions.Settings;

/// <summary>Reads settings and gathers all that is wrong with them, so that one start shows every mistake.</summary>
public sealed class SettingReader(IConfiguration configuration)
{
    private readonly List<string> _mistakes = [];

    public string? Optional(string name) =>
        configuration[name]?.Trim() is { Length: > 0 } value ? value : null;

    public string Required(string name, string example)
    {
        if (Optional(name) is { } value)
        {
            return value;
        }

        Mistake(name, "is missing", example);
        return example;
    }

    public Uri? Uri(string name, string example)
    {
        if (Optional(name) is not { } value)
        {
            return null;
        }

        if (System.Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http")
        {
            return uri;
        }

        Mistake(name, "is not an http or https address", example);
        return null;
    }

    public int Integer(string name, int byDefault, int least, int most)
    {
        if (Optional(name) is not { } value)
        {
            return byDefault;
        }

        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        Mistake(name, $"is not a whole number from {least} to {most}", byDefault.ToString(CultureInfo.InvariantCulture));
        return byDefault;
    }

    public decimal Number(string name, decimal byDefault, decimal least, decimal most)
    {
        if (Optional(name) is not { } value)
        {
            return byDefault;
        }

        if (decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        Mistake(
            name,
            string.Create(CultureInfo.InvariantCulture, $"is not a number from {least} to {most}"),
            byDefault.ToString(CultureInfo.InvariantCulture));
        return byDefault;
    }

    public TimeSpan Seconds(string name, int byDefault, int least, int most) =>
        TimeSpan.FromSeconds(Integer(name, byDefault, least, most));

    public IEnumerable<IConfigurationSection> Children(string name) => configuration.GetSection(name).GetChildren();

    public void Mistake(string name, string what, string example) =>
        _mistakes.Add($"Setting {name.Replace(":", "__", StringComparison.Ordinal)} {what}. Example: {name.Replace(":", "__", StringComparison.Ordinal)}={example}");

    public void ThrowIfMistaken()
    {
        if (_mistakes.Count > 0)
        {
            throw new SettingsException(_mistakes);
        }
    }
}
