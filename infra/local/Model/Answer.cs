namespace ChatBot.Local;

/// <summary>What the model says, in pieces, before any limit.</summary>
internal static class Answer
{
    // What follows the last token that something happens after, so that there is something left unsaid.
    private const int Beyond = 16;
    private const int WideWords = 24;

    public static IEnumerable<AnswerPiece> To(ModelRequest request, Directive directive)
    {
        if (directive.Endless)
        {
            return FillerWords.Endless();
        }

        if ((directive.Refusal ?? directive.Text) is { } text)
        {
            return O200k.Split(text);
        }

        if (directive.Echo)
        {
            return O200k.Split(Directive.Strip(request.LastUserText));
        }

        if (directive.SplitUtf8)
        {
            return O200k.Split(FillerWords.Wide(directive.Tokens ?? WideWords));
        }

        if ((directive.Tokens ?? directive.LastPosition + Beyond) is { } tokens)
        {
            return FillerWords.Endless().Take(tokens);
        }

        return O200k.Split(FriendlyAnswer.To(request));
    }
}
