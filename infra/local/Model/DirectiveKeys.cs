using System.Globalization;

namespace ChatBot.Local;

/// <summary>The keys of a <see cref="Directive"/>, what each one does, and what values it takes.</summary>
public static class DirectiveKeys
{
    private const int DefaultPosition = 3;

    private static readonly OrderedDictionary<string, DirectiveKey> s_known = new()
    {
        ["tokens"] = new("=N: an answer of N tokens", (d, v) => d with { Tokens = Count(v) }),
        ["text"] = new("=\"…\": exactly this answer", (d, v) => d with { Text = Required(v) }),
        ["echo"] = new(": the last message's text as the answer", (d, _) => d with { Echo = true }),
        ["delay"] = new("=20ms: between tokens", (d, v) => d with { Delay = Duration(v) }),
        ["first"] = new("=500ms: before the first token", (d, v) => d with { First = Duration(v) }),
        ["cached"] = new("=N: prompt tokens reported as cached", (d, v) => d with { CachedTokens = Count(v) }),
        ["reasoning"] = new("=N: reasoning tokens reported, on top of the answer's", (d, v) => d with { ReasoningTokens = Count(v) }),
        ["times"] = new("=N: misbehave for the first N calls with the same messages only", (d, v) => d with { Times = Count(v) }),
        ["status"] = new("=429: this status and an error object", (d, v) => d with { Status = Status(v) }),
        ["retry-after"] = new("=2, =date or anything: the header", (d, v) => d with { RetryAfter = Required(v) }),
        ["filter"] = new(": 400, as Azure's content filter refuses a prompt", (d, _) => d with { Filter = true }),
        ["html"] = new(": 200 with a web page", (d, _) => d with { Html = true }),
        ["json"] = new(": 200 with plain JSON in place of a stream", (d, _) => d with { Json = true }),
        ["no-headers"] = new(": accept, and never answer", (d, _) => d with { NoHeaders = true }),
        ["cut"] = new("=N: break the connection after N tokens", (d, v) => d with { Cut = Count(v) }),
        ["cut-before-usage"] = new(": break the connection between the finish reason and the usage", (d, _) => d with { CutBeforeUsage = true }),
        ["end"] = new("=N: end after N tokens, with no finish reason and no [DONE]", (d, v) => d with { End = Count(v) }),
        ["stall"] = new("=N: send nothing more after N tokens", (d, v) => d with { Stall = Count(v) }),
        ["malformed"] = new("[=N]: broken JSON after N tokens", (d, v) => d with { Malformed = Position(v) }),
        ["error"] = new("[=N]: an error object in the stream after N tokens", (d, v) => d with { Error = Position(v) }),
        ["endless"] = new(": tokens without end, whatever the limit", (d, _) => d with { Endless = true }),
        ["usage"] = new("=off|twice|absurd: the usage chunk", (d, v) => d with { Usage = Usage(v) }),
        ["finish"] = new("=length|content_filter|tool_calls: the finish reason", (d, v) => d with { Finish = Finish(v) }),
        ["nul"] = new(": U+0000 in the text", (d, _) => d with { Nul = true }),
        ["surrogate"] = new(": half a surrogate pair in the text", (d, _) => d with { Surrogate = true }),
        ["bytes"] = new(": one byte at a time", (d, _) => d with { Bytes = true }),
        ["split-utf8"] = new(": wide characters, flushed between their bytes", (d, _) => d with { SplitUtf8 = true }),
        ["empty-choices"] = new(": a chunk without choices among the others", (d, _) => d with { EmptyChoices = true }),
        ["null-content"] = new(": a chunk with null content among the others", (d, _) => d with { NullContent = true }),
        ["line"] = new("=N: a line of N bytes among the others", (d, v) => d with { Line = Count(v) }),
    };

    /// <summary>One line per key.</summary>
    public static string Describe() => string.Join('\n', s_known.Select(key => $"  {key.Key}{key.Value.Description}"));

    internal static Directive Apply(Directive directive, string key, string? value)
    {
        if (!s_known.TryGetValue(key, out var known))
        {
            throw new DirectiveException($"Unknown directive '{key}'. Known are: {string.Join(", ", s_known.Keys)}.");
        }

        try
        {
            return known.Apply(directive, value);
        }
        catch (FormatException)
        {
            throw new DirectiveException($"'{value}' is no value for '{key}', which is used as {key}{known.Description}.");
        }
    }

    private static string Required(string? value) => value ?? throw new FormatException();

    private static int Count(string? value) => int.Parse(Required(value), NumberStyles.None, CultureInfo.InvariantCulture);

    private static int Position(string? value) => value is null ? DefaultPosition : Count(value);

    private static int Status(string? value) => Count(value) is >= 300 and <= 599 and var status ? status : throw new FormatException();

    private static string Finish(string? value) => value is "stop" or "length" or "content_filter" or "tool_calls" ? value : throw new FormatException();

    private static UsageReport Usage(string? value) => value switch
    {
        "off" => UsageReport.Off,
        "twice" => UsageReport.Twice,
        "absurd" => UsageReport.Absurd,
        _ => throw new FormatException(),
    };

    private static TimeSpan Duration(string? value) => DurationText.TryParse(Required(value), TimeSpan.FromMilliseconds(1), out var duration) ? duration : throw new FormatException();

    private sealed record DirectiveKey(string Description, Func<Directive, string?, Directive> Apply);
}
