using ChatBot.Functions.Settings;

namespace ChatBot.Functions.Reconciliation;

/// <summary>
/// Finds the model that a provider's name stands for. Providers name snapshots, gpt-4o-2024-08-06 or gpt-4o-0806, where the
/// settings may say gpt-4o: the longest name that it begins with, word by word, if nothing but a date follows.
/// </summary>
public sealed class ModelNames
{
    private static readonly char[] s_betweenWords = [' ', '-', '_', '/'];

    private readonly List<(string[] Words, string Key)> _known = [];
    private readonly Dictionary<string, string> _keys = new(StringComparer.Ordinal);

    /// <param name="ledger">The models that the ledger names; one that is not configured any more is still known by its name.</param>
    public ModelNames(ModelProvider provider, IReadOnlyList<ModelSettings> models, IEnumerable<string> ledger)
    {
        foreach (var model in models.Where(m => m.Provider == provider))
        {
            // Two models of one deployment are one to the provider.
            var key = models.First(m => m.Provider == provider && m.Deployment == model.Deployment).Name;
            _keys[model.Name] = key;
            Add(model.Deployment, key, provider);
            if (provider == ModelProvider.AzureOpenAI)
            {
                // There deployments are named by whoever made them, and the bill names the model.
                Add(model.Name, key, provider);
            }
        }

        foreach (var name in ledger.Where(name => models.All(m => m.Name != name)))
        {
            Add(name, name, provider);
        }
    }

    /// <summary>Under which name a model of the ledger is compared; null where it is another provider's, or none is known to be its.</summary>
    public string? KeyOf(string ledgerModel) => _keys.GetValueOrDefault(ledgerModel);

    /// <summary>The same for a provider's name; null where nothing here goes by it.</summary>
    public string? Find(string providerModel)
    {
        var words = Words(providerModel);
        return _known
            .Where(known => StartsWith(words, known.Words) && words.Skip(known.Words.Length).All(IsOfDate))
            .OrderByDescending(known => known.Words.Length)
            .Select(known => known.Key)
            .FirstOrDefault();
    }

    public static string[] Words(string name) => name.Split(s_betweenWords, StringSplitOptions.RemoveEmptyEntries);

    private void Add(string name, string key, ModelProvider provider)
    {
        var words = Words(name);
        _known.Add((words, key));
        // Meters of newer models leave out the family.
        if (provider == ModelProvider.AzureOpenAI && words is ["gpt", _, ..])
        {
            _known.Add((words[1..], key));
        }
    }

    private static bool StartsWith(string[] words, string[] start) =>
        start.Length > 0 && words.Length >= start.Length && start.Zip(words).All(pair => pair.First.Equals(pair.Second, StringComparison.OrdinalIgnoreCase));

    private static bool IsOfDate(string word) => word.Length is 2 or 4 or 8 && word.All(char.IsAsciiDigit);
}
