namespace ChatBot.Local;

/// <summary>One statement of a script, without its semicolon, and where in the script it starts.</summary>
internal readonly record struct SqlStatement(string Text, int Start);

/// <summary>
/// Splits a script at the semicolons that end statements: not those in quotes, dollar quotes, comments, parentheses
/// or the body of a <c>begin atomic</c> function.
/// </summary>
internal ref struct SqlStatements(string script)
{
    private readonly List<SqlStatement> found = [];
    private int position = 0;
    private int start = 0;
    private int parentheses = 0;
    private int atomic = 0;
    private string lastWord = "";

    public static IReadOnlyList<SqlStatement> Split(string script) => new SqlStatements(script).Split();

    private List<SqlStatement> Split()
    {
        while (position < script.Length)
            Step();
        Add(script.Length);
        return found;
    }

    private void Step()
    {
        var rest = script.AsSpan(position);
        switch (rest[0])
        {
            case '\'':
                position += Quoted(rest, '\'', escapes: lastWord == "e" && position > 0 && script[position - 1] is 'e' or 'E');
                break;
            case '"':
                position += Quoted(rest, '"', escapes: false);
                break;
            case '-' when rest.StartsWith("--"):
                position += rest.IndexOf('\n') is >= 0 and var end ? end : rest.Length;
                break;
            case '/' when rest.StartsWith("/*"):
                position += BlockComment(rest);
                break;
            case '$' when DollarTag(rest) is { Length: > 0 } tag:
                position += rest[tag.Length..].IndexOf(tag, StringComparison.Ordinal) is >= 0 and var body ? body + (2 * tag.Length) : rest.Length;
                break;
            case '(':
                parentheses++;
                position++;
                break;
            case ')':
                parentheses--;
                position++;
                break;
            case ';' when parentheses == 0 && atomic == 0:
                Add(position);
                start = ++position;
                break;
            case var letter when char.IsLetter(letter) || letter == '_':
                Word(rest);
                break;
            default:
                position++;
                break;
        }
    }

    private void Word(ReadOnlySpan<char> rest)
    {
        var length = 1;
        while (length < rest.Length && (char.IsLetterOrDigit(rest[length]) || rest[length] is '_' or '$'))
            length++;
        var word = rest[..length].ToString().ToLowerInvariant();
        if (word == "atomic" && lastWord == "begin")
            atomic = 1;
        else if (atomic > 0 && word == "case")
            atomic++;
        else if (atomic > 0 && word == "end")
            atomic--;
        lastWord = word;
        position += length;
    }

    private void Add(int end)
    {
        var text = script.AsSpan(start, end - start);
        var leading = text.Length - text.TrimStart().Length;
        if (!text.IsWhiteSpace())
            found.Add(new(text.Trim().ToString(), start + leading));
    }

    private static int Quoted(ReadOnlySpan<char> rest, char quote, bool escapes)
    {
        // A doubled quote ends one literal and starts the next, which comes to the same.
        for (var index = 1; index < rest.Length; index++)
        {
            if (escapes && rest[index] == '\\')
                index++;
            else if (rest[index] == quote)
                return index + 1;
        }
        return rest.Length;
    }

    private static int BlockComment(ReadOnlySpan<char> rest)
    {
        var depth = 0;
        for (var index = 0; index < rest.Length - 1; index++)
        {
            if (rest[index] == '/' && rest[index + 1] == '*')
            {
                depth++;
                index++;
            }
            else if (rest[index] == '*' && rest[index + 1] == '/')
            {
                index++;
                if (--depth == 0)
                    return index + 1;
            }
        }
        return rest.Length;
    }

    private static string DollarTag(ReadOnlySpan<char> rest)
    {
        var length = 1;
        while (length < rest.Length && (char.IsLetterOrDigit(rest[length]) || rest[length] == '_'))
            length++;
        return length < rest.Length && rest[length] == '$' && (length == 1 || !char.IsDigit(rest[1])) ? rest[..(length + 1)].ToString() : "";
    }
}
