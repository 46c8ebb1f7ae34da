using System.Reflection;
using ChatBot.Functions;

namespace ChatBot.Tests.Database;

/// <summary>Every statement of the program: the public constants of its <c>…Sql</c> classes.</summary>
internal static class SqlTexts
{
    public static IReadOnlyDictionary<string, string> All { get; } = typeof(ChatBotApp).Assembly.GetTypes()
        .Where(type => type is { IsAbstract: true, IsSealed: true } && type.Name.EndsWith("Sql", StringComparison.Ordinal))
        .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral && f.FieldType == typeof(string)))
        .ToDictionary(field => $"{field.DeclaringType!.Name}.{field.Name}", field => (string)field.GetRawConstantValue()!);
}
