using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace ChatBot.Functions.Telemetry;

/// <summary>What a statement's span is called: the first function or table that it names. There are as many as the program has statements.</summary>
internal static partial class StatementNames
{
    private static readonly ConcurrentDictionary<string, string> s_names = new();

    public static string Of(string statement) =>
        s_names.GetOrAdd(statement, static text => QualifiedName().Match(text) is { Success: true } match ? match.Value : "postgresql");

    [GeneratedRegex(@"\b(chatbot|billing|public|auth)\.\w+")]
    private static partial Regex QualifiedName();
}
