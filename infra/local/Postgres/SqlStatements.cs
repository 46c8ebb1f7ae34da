using System.Text.RegularExpressions;

namespace ChatBot.Local;

/// <summary>One statement of a script, without its semicolon, and where in the script it starts.</summary>
internal readonly record struct SqlStatement(string Text, int Start);

/// <summary>
/// Splits a script as the Supabase CLI does, so that a database tells the same of both, and a failure can be told with its line. Function
/// bodies are quoted: the semicolons of a <c>begin atomic</c> body would end statements.
/// </summary>
internal static partial class SqlStatements
{
    public static IReadOnlyList<SqlStatement> Split(string script)
    {
        List<SqlStatement> statements = [];
        var start = 0;
        foreach (var end in Token().Matches(script).Where(token => token.Groups["end"].Success).Select(token => token.Index).Append(script.Length))
        {
            var text = script.AsSpan(start, end - start);
            if (!text.IsWhiteSpace())
            {
                statements.Add(new(text.Trim().ToString(), start + text.Length - text.TrimStart().Length));
            }

            start = end + 1;
        }

        return statements;
    }

    // What a semicolon may be part of, and words, as some of their letters would open a quote.
    [GeneratedRegex(
        """
          [eE]'(?:[^'\\]|\\.)*'
        | '[^']*'
        | "[^"]*"
        | --[^\n]*
        | /\*.*?\*/
        | (?<tag>\$(?:[A-Za-z_]\w*)?\$).*?\k<tag>
        | \w[\w$]*
        | (?<end>;)
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Token();
}
