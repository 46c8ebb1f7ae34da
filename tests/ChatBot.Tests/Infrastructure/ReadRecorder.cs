namespace ChatBot.Tests.Infrastructure;

/// <summary>Settings as environment variables name them, and which of them were asked for.</summary>
internal sealed class ReadRecorder : ConfigurationProvider
{
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);

    public ReadRecorder(IReadOnlyDictionary<string, string> settings)
    {
        foreach (var (name, value) in settings)
        {
            Data[name.Replace("__", ":", StringComparison.Ordinal)] = value;
        }
    }

    public IReadOnlySet<string> Names => _names;

    public override bool TryGet(string key, out string? value)
    {
        _names.Add(key.Replace(":", "__", StringComparison.Ordinal));
        return base.TryGet(key, out value);
    }
}
