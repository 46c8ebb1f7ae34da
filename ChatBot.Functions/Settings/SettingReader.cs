using System.Globalization;

namespace ChatBot.Functions.Settings;

/// <summary>Reads settings and gathers all that is wrong with them, so that one start shows every mistake.</summary>
public sealed class SettingReader(IConfiguration configuration)
{
    private const string VaultReference = "@Microsoft.KeyVault(";

    private readonly List<string> _mistakes = [];
    private readonly HashSet<string> _unresolved = [];

    public string? Optional(string name)
    {
        if (configuration[name]?.Trim() is not { Length: > 0 } value)
        {
            return null;
        }

        // What the platform cannot resolve it hands on as it is: taken for a secret, it would be one that anybody can guess.
        if (value.StartsWith(VaultReference, StringComparison.OrdinalIgnoreCase))
        {
            Mistake(
                name,
                "is a reference to Key Vault that was not resolved: is the secret there, and may the identity read it",
                $"{VaultReference}VaultName=<vault>;SecretName=<secret>)");
            _unresolved.Add(name);
            return null;
        }

        return value;
    }

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

    public int Integer(string name, int defaultValue, int least, int most)
    {
        if (Optional(name) is not { } value)
        {
            return defaultValue;
        }

        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        Mistake(name, $"is not a whole number from {least} to {most}", defaultValue.ToString(CultureInfo.InvariantCulture));
        return defaultValue;
    }

    public decimal Number(string name, decimal defaultValue, decimal least, decimal most)
    {
        if (Optional(name) is not { } value)
        {
            return defaultValue;
        }

        if (decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        Mistake(
            name,
            string.Create(CultureInfo.InvariantCulture, $"is not a number from {least} to {most}"),
            defaultValue.ToString(CultureInfo.InvariantCulture));
        return defaultValue;
    }

    public TimeSpan Seconds(string name, int defaultValue, int least, int most) =>
        TimeSpan.FromSeconds(Integer(name, defaultValue, least, most));

    public IEnumerable<IConfigurationSection> Children(string name) => configuration.GetSection(name).GetChildren();

    public void Mistake(string name, string what, string example)
    {
        if (!_unresolved.Contains(name))
        {
            _mistakes.Add($"Setting {name.Replace(":", "__", StringComparison.Ordinal)} {what}. Example: {name.Replace(":", "__", StringComparison.Ordinal)}={example}");
        }
    }

    public void ThrowIfInvalid()
    {
        if (_mistakes.Count > 0)
        {
            throw new SettingsException(_mistakes);
        }
    }
}
