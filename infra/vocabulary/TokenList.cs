namespace ChatBot.Vocabulary;

/// <summary>The form the package keeps its tokens in: a line that says how many follow, then one per line in Base64, in the order of their ranks.</summary>
public static class TokenList
{
    private const string Heading = "Capacity: ";

    public static IReadOnlyList<byte[]> Read(TextReader text)
    {
        var heading = text.ReadLine();
        if (heading?.StartsWith(Heading, StringComparison.Ordinal) != true)
        {
            throw new InvalidDataException($"The package keeps its tokens in another form: they begin with '{heading}'.");
        }

        List<byte[]> tokens = [];
        while (text.ReadLine() is { } line)
        {
            tokens.Add(Convert.FromBase64String(line));
        }

        return tokens;
    }
}
