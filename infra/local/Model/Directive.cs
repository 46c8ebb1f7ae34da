namespace ChatBot.Local;

/// <summary>
/// How the stand-in is told to answer: <c>[[tokens=200 cut=50]]</c> in the model's name, the system message or the last
/// user message, the later winning key by key. <see cref="DirectiveKeys"/> lists the keys.
/// </summary>
public sealed record Directive
{
    public static Directive None { get; } = new();

    // The answer itself.
    public int? Tokens { get; init; }
    public string? Text { get; init; }
    public bool Echo { get; init; }
    public TimeSpan? Delay { get; init; }
    public int? CachedTokens { get; init; }
    public int ReasoningTokens { get; init; }

    /// <summary>Tokens of reasoning that are streamed before the answer.</summary>
    public int Think { get; init; }
    public ReasoningMember ThinkAs { get; init; }
    public bool ReasoningApart { get; init; }
    public int? CacheWrite { get; init; }
    public string? CacheWriteAs { get; init; }
    public string? Refusal { get; init; }

    /// <summary>Only the first so many calls of one prompt misbehave; null for all.</summary>
    public int? Times { get; init; }

    // Instead of an answer.
    public int? Status { get; init; }
    public string? RetryAfter { get; init; }
    public string? RetryAfterMilliseconds { get; init; }
    public bool ErrorJson { get; init; }
    public string? ErrorCode { get; init; }
    public string? ErrorType { get; init; }
    public string? ErrorMessage { get; init; }
    public bool Filter { get; init; }
    public bool Html { get; init; }
    public bool Json { get; init; }
    public bool Whole { get; init; }
    public bool NoHeaders { get; init; }

    // In the course of a stream, after so many tokens.
    public TimeSpan First { get; init; }
    public int? Cut { get; init; }
    public int? End { get; init; }
    public int? Stall { get; init; }
    public int? Malformed { get; init; }
    public int? Error { get; init; }
    public bool CutBeforeUsage { get; init; }
    public bool Endless { get; init; }

    // What the stream is made of.
    public UsageReport Usage { get; init; }
    public string? UsageJson { get; init; }
    public TimeSpan UsageAfter { get; init; }
    public string? Finish { get; init; }
    public bool EmptyFinish { get; init; }
    public bool Heartbeat { get; init; }
    public JoinedEvents Joined { get; init; }
    public string? Encoding { get; init; }
    public string? ContentType { get; init; }
    public bool Nul { get; init; }
    public bool Surrogate { get; init; }
    public bool Bytes { get; init; }
    public bool SplitUtf8 { get; init; }
    public bool EmptyChoices { get; init; }
    public bool NullContent { get; init; }
    public int? Line { get; init; }

    /// <summary>All tokens of reasoning that are reported.</summary>
    public int AllReasoning => ReasoningTokens + Think;

    /// <summary>The last token that something happens after.</summary>
    public int? LastPosition => new[] { Cut, End, Stall, Malformed, Error }.Max();

    /// <exception cref="DirectiveException">Unknown key, or a value that does not fit.</exception>
    public static Directive Read(params ReadOnlySpan<string> texts)
    {
        var directive = None;
        foreach (var text in texts)
        {
            foreach (var (key, value) in DirectiveText.Read(text).Words)
            {
                directive = DirectiveKeys.Apply(directive, key, value);
            }
        }
        return directive;
    }

    /// <summary>The text without directives.</summary>
    public static string Strip(string text) => DirectiveText.Read(text).Rest;

    /// <summary>The same answer, given properly.</summary>
    public Directive Behaved() => new()
    {
        Tokens = Tokens,
        Text = Text,
        Echo = Echo,
        Delay = Delay,
        CachedTokens = CachedTokens,
        ReasoningTokens = ReasoningTokens,
        Think = Think,
        ThinkAs = ThinkAs,
    };
}
