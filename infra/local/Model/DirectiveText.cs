using System.Text;

namespace ChatBot.Local;

/// <summary>The words between <c>[[</c> and <c>]]</c> in a text, and the text without them.</summary>
internal sealed class DirectiveText
{
    private readonly string text;
    private readonly List<(string Key, string? Value)> words = [];
    private readonly StringBuilder rest = new();
    private int position;

    private DirectiveText(string text) => this.text = text;

    public IReadOnlyList<(string Key, string? Value)> Words => words;

    public string Rest => rest.ToString().Trim();

    public static DirectiveText Read(string text)
    {
        var read = new DirectiveText(text);
        while (read.position < text.Length)
            read.Step();
        return read;
    }

    private void Step()
    {
        // Brackets around anything but a word are the sender's own: [[1, 2], [3, 4]].
        if (Starts("[[") && position + 2 < text.Length && char.IsAsciiLetterLower(text[position + 2]) && text.IndexOf("]]", position, StringComparison.Ordinal) > 0)
        {
            position += 2;
            ReadDirective();
        }
        else
        {
            rest.Append(text[position++]);
        }
    }

    private void ReadDirective()
    {
        while (true)
        {
            while (position < text.Length && char.IsWhiteSpace(text[position]))
                position++;
            if (position == text.Length)
                throw new DirectiveException("A directive has no end: ]] is missing.");
            if (Starts("]]"))
            {
                position += 2;
                return;
            }
            ReadWord();
        }
    }

    private void ReadWord()
    {
        var start = position;
        while (position < text.Length && text[position] != '=' && !EndsWord())
            position++;
        var key = text[start..position];
        if (position == text.Length || text[position] != '=')
        {
            words.Add((key, null));
            return;
        }
        position++;
        words.Add((key, Starts("\"") ? ReadQuoted() : ReadPlain()));
    }

    private string ReadPlain()
    {
        var start = position;
        while (position < text.Length && !EndsWord())
            position++;
        return text[start..position];
    }

    private string ReadQuoted()
    {
        var value = new StringBuilder();
        for (position++; position < text.Length; position++)
        {
            if (text[position] == '"')
            {
                position++;
                return value.ToString();
            }
            if (text[position] == '\\' && position + 1 < text.Length)
                value.Append(text[++position] switch { 'n' => '\n', 't' => '\t', var other => other });
            else
                value.Append(text[position]);
        }
        throw new DirectiveException("A directive's quoted value has no end: \" is missing.");
    }

    private bool EndsWord() => char.IsWhiteSpace(text[position]) || Starts("]]");

    private bool Starts(string mark) => string.CompareOrdinal(text, position, mark, 0, mark.Length) == 0;
}
