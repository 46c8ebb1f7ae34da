using System.Text.RegularExpressions;
using ChatBot.Local;

namespace ChatBot.Tests.Routes;

/// <summary>A request of docs/api.md and the response that is documented for it.</summary>
/// <param name="Headers">As written, one a line.</param>
/// <param name="Form">What the response is in: <c>json</c>, <c>csv</c> or <c>text</c>; empty where it has no body.</param>
internal sealed partial record Example(string Method, string Path, string Headers, string Body, int Status, string ResponseHeaders, string Form, string Response)
{
    public static string Document { get; } = File.ReadAllText(RepositoryRoot.Combine("docs", "api.md"));

    public static IReadOnlyList<Example> All { get; } =
    [
        .. Exchange().Matches(Document).Select(m => new Example(
            m.Groups["method"].Value,
            m.Groups["path"].Value,
            m.Groups["headers"].Value,
            m.Groups["body"].Value,
            int.Parse(m.Groups["status"].Value, null),
            m.Groups["given"].Value.Replace("` `", "\n", StringComparison.Ordinal).Trim(' ', '`'),
            m.Groups["form"].Value,
            m.Groups["response"].Value)),
    ];

    public override string ToString() => $"{Method} {Path}";

    [GeneratedRegex("""
        ^```http\n
        (?<method>[A-Z]+)\ (?<path>\S+)\n
        (?<headers>([\w-]+:.*\n)*)
        (\n(?<body>(?!```)(.*\n)*?))?
        ```\n\n
        `(?<status>\d{3})[^`]*`(?<given>(\ `[^`]+`)*)\n
        (\n```(?<form>json|csv|text)\n(?<response>(.*\n)*?)```\n)?
        """, RegexOptions.Multiline | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Exchange();
}
