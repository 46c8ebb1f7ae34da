using ChatBot.Local;
using YamlDotNet.RepresentationModel;

namespace ChatBot.Tests.Infrastructure;

/// <summary>YAML, of files of the repository or within another text.</summary>
internal static class Yaml
{
    public static IReadOnlyList<YamlNode> Read(params ReadOnlySpan<string> path) => Parse(File.ReadAllText(RepositoryRoot.Combine(path)));

    public static IReadOnlyList<YamlNode> Parse(string text)
    {
        using var reader = new StringReader(text);
        var stream = new YamlStream();
        stream.Load(reader);
        return [.. stream.Documents.Select(d => d.RootNode)];
    }

    /// <summary>What is at the end of a path of names; null where one of them is not there.</summary>
    public static YamlNode? At(this YamlNode node, params ReadOnlySpan<string> names)
    {
        YamlNode? found = node;
        foreach (var name in names)
        {
            found = (found as YamlMappingNode)?.Children.TryGetValue(new YamlScalarNode(name), out var child) == true ? child : null;
        }

        return found;
    }

    public static string? Text(this YamlNode node, params ReadOnlySpan<string> names) => (node.At(names) as YamlScalarNode)?.Value;

    public static int Number(this YamlNode node, params ReadOnlySpan<string> names) => int.Parse(node.Text(names)!, null);

    public static IReadOnlyList<YamlNode> Items(this YamlNode node, params ReadOnlySpan<string> names) =>
        node.At(names) is YamlSequenceNode items ? [.. items.Children] : [];

    public static IReadOnlyDictionary<string, YamlNode> Members(this YamlNode node, params ReadOnlySpan<string> names) =>
        node.At(names) is YamlMappingNode members ? members.Children.ToDictionary(m => ((YamlScalarNode)m.Key).Value!, m => m.Value) : [];
}
