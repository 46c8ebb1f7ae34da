namespace ChatBot.Local;

/// <summary>One statement of a script, without its semicolon, and where in the script it starts.</summary>
internal readonly record struct SqlStatement(string Text, int Start);

/// <summary>
/// Splits a script at the semicolons that end statements: not those in quotes, dollar quotes, comments, parentheses
/// or the body of a <c>begin atomic</c> function.
/// </summary>
internal ref struct SqlStatements(string script)
{
    private readonly List<SqlStatement> _found = [];
    private int _position = 0;
    private int _start = 0;
    private int _parentheses = 0;
    private int _atomic = 0;
    private string _lastWord = "";

    public static IReadOnlyList<SqlStatement> Split(string script) => new SqlStatements(script).Split();

    private List<SqlStatement> Split()
    {
        while (_position < script.Length)
        {
            Step();
        }

        Add(script.Length);
        return _found;
    }

    private void Step()
    {
        var rest = script.AsSpan(_position);
        switch (rest[0])
        {
            case '\'':
                _position += Quoted(rest, '\'', escapes: _lastWord == "e" && _position > 0 && script[_position - 1] is 'e' or 'E');
                break;
            case '"':
                _position += Quoted(rest, '"', escapes: false);
                break;
            case '-' when rest.StartsWith("--"):
                _position += rest.IndexOf('\n') is >= 0 and var end ? end : rest.Length;
                break;
            case '/' when rest.StartsWith("/*"):
                _position += BlockComment(rest);
                break;
            case '$' when DollarTag(rest) is { Length: > 0 } tag:
                _position += rest[tag.Length..].IndexOf(tag, StringComparison.Ordinal) is >= 0 and var body ? body + (2 * tag.Length) : rest.Length;
                break;
            case '(':
                _parentheses++;
                _position++;
                break;
            case ')':
                _parentheses--;
                _position++;
                break;
            case ';' when _parentheses == 0 && _atomic == 0:
                Add(_position);
                _start = ++_position;
                break;
            case var letter when char.IsLetter(letter) || letter == '_':
                Word(rest);
                break;
            default:
                _position++;
                break;
        }
    }

    private void Word(ReadOnlySpan<char> rest)
    {
        var length = 1;
        while (length < rest.Length && (char.IsLetterOrDigit(rest[length]) || rest[length] is '_' or '$'))
        {
            length++;
        }

        var word = rest[..length].ToString().ToLowerInvariant();
        if (word == "atomic" && _lastWord == "begin")
        {
            _atomic = 1;
        }
        else if (_atomic > 0 && word == "case")
        {
            _atomic++;
        }
        else if (_atomic > 0 && word == "end")
        {
            _atomic--;
        }

        _lastWord = word;
        _position += length;
    }

    private void Add(int end)
    {
        var text = script.AsSpan(_start, end - _start);
        var leading = text.Length - text.TrimStart().Length;
        if (!text.IsWhiteSpace())
        {
            _found.Add(new(text.Trim().ToString(), _start + leading));
        }
    }

    private static int Quoted(ReadOnlySpan<char> rest, char quote, bool escapes)
    {
        // A doubled quote ends one literal and starts the next, which comes to the same.
        for (var index = 1; index < rest.Length; index++)
        {
            if (escapes && rest[index] == '\\')
            {
                index++;
            }
            else if (rest[index] == quote)
            {
                return index + 1;
            }
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
                {
                    return index + 1;
                }
            }
        }
        return rest.Length;
    }

    private static string DollarTag(ReadOnlySpan<char> rest)
    {
        var length = 1;
        while (length < rest.Length && (char.IsLetterOrDigit(rest[length]) || rest[length] == '_'))
        {
            length++;
        }

        return length < rest.Length && rest[length] == '$' && (length == 1 || !char.IsDigit(rest[1])) ? rest[..(length + 1)].ToString() : "";
    }
}
