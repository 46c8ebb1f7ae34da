using System.Text;

namespace ChatBot.Local;

/// <summary>The words between <c>[[</c> and <c>]]</c> in a text, and the text without them.</summary>
internal sealed class DirectiveText
{
    private readonly string _text;
    private readonly List<(string Key, string? Value)> _words = [];
    private readonly StringBuilder _rest = new();
    private int _position;

    private DirectiveText(string text) => _text = text;

    public IReadOnlyList<(string Key, string? Value)> Words => _words;

    public string Rest => _rest.ToString().Trim();

    public static DirectiveText Read(string text)
    {
        var read = new DirectiveText(text);
        while (read._position < text.Length)
        {
            read.Step();
        }

        return read;
    }

    private void Step()
    {
        // Brackets around anything but a word are the sender's own: [[1, 2], [3, 4]].
        if (Starts("[[") && _position + 2 < _text.Length && char.IsAsciiLetterLower(_text[_position + 2]) && _text.IndexOf("]]", _position, StringComparison.Ordinal) > 0)
        {
            _position += 2;
            ReadDirective();
        }
        else
        {
            _rest.Append(_text[_position++]);
        }
    }

    private void ReadDirective()
    {
        while (true)
        {
            while (_position < _text.Length && char.IsWhiteSpace(_text[_position]))
            {
                _position++;
            }

            if (_position == _text.Length)
            {
                throw new DirectiveException("A directive has no end: ]] is missing.");
            }

            if (Starts("]]"))
            {
                _position += 2;
                return;
            }
            ReadWord();
        }
    }

    private void ReadWord()
    {
        var start = _position;
        while (_position < _text.Length && _text[_position] != '=' && !EndsWord())
        {
            _position++;
        }

        var key = _text[start.._position];
        if (_position == _text.Length || _text[_position] != '=')
        {
            _words.Add((key, null));
            return;
        }
        _position++;
        _words.Add((key, Starts("\"") ? ReadQuoted() : ReadPlain()));
    }

    private string ReadPlain()
    {
        var start = _position;
        while (_position < _text.Length && !EndsWord())
        {
            _position++;
        }

        return _text[start.._position];
    }

    private string ReadQuoted()
    {
        var value = new StringBuilder();
        for (_position++; _position < _text.Length; _position++)
        {
            if (_text[_position] == '"')
            {
                _position++;
                return value.ToString();
            }
            if (_text[_position] == '\\' && _position + 1 < _text.Length)
            {
                value.Append(_text[++_position] switch { 'n' => '\n', 't' => '\t', var other => other });
            }
            else
            {
                value.Append(_text[_position]);
            }
        }
        throw new DirectiveException("A directive's quoted value has no end: \" is missing.");
    }

    private bool EndsWord() => char.IsWhiteSpace(_text[_position]) || Starts("]]");

    private bool Starts(string mark) => string.CompareOrdinal(_text, _position, mark, 0, mark.Length) == 0;
}
