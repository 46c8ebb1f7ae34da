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
        ["think"] = new("=N: N tokens of reasoning streamed before the answer, and reported", (d, v) => d with { Think = Count(v) }),
        ["think-as"] = new("=reasoning_content|reasoning|both: the member that they come in", (d, v) => d with { ThinkAs = Member(v) }),
        ["reasoning-apart"] = new(": completion_tokens without the reasoning, total_tokens with it", (d, _) => d with { ReasoningApart = true }),
        ["cache-write"] = new("=N: prompt tokens reported as written to the cache", (d, v) => d with { CacheWrite = Count(v) }),
        ["cache-write-as"] = new(
            "=cache_write_tokens|cache_creation_tokens|cache_creation_input_tokens: the member that reports them", (d, v) => d with { CacheWriteAs = CacheMember(v) }),
        ["refusal"] = new("=\"…\": the answer as a refusal", (d, v) => d with { Refusal = Required(v) }),
        ["times"] = new("=N: misbehave for the first N calls with the same messages only", (d, v) => d with { Times = Count(v) }),
        ["status"] = new("=429: this status and an error object", (d, v) => d with { Status = Status(v) }),
        ["retry-after"] = new("=2, =date or anything: the header", (d, v) => d with { RetryAfter = Required(v) }),
        ["retry-after-ms"] = new("=1500: the header in milliseconds", (d, v) => d with { RetryAfterMilliseconds = Required(v) }),
        ["error-json"] = new(": 200 with an error object in place of a stream", (d, _) => d with { ErrorJson = true }),
        ["error-code"] = new("=insufficient_quota or =400: the code of the error object, wherever it comes", (d, v) => d with { ErrorCode = Required(v) }),
        ["error-type"] = new("=invalid_request_error: its type", (d, v) => d with { ErrorType = Required(v) }),
        ["error-message"] = new("=\"…\": its message", (d, v) => d with { ErrorMessage = Required(v) }),
        ["filter"] = new(": 400, as Azure's content filter refuses a prompt", (d, _) => d with { Filter = true }),
        ["html"] = new(": 200 with a web page", (d, _) => d with { Html = true }),
        ["whole"] = new(": the whole completion as JSON where a stream was asked for", (d, _) => d with { Whole = true }),
        ["json"] = new(": 200 with JSON that is no completion in place of a stream", (d, _) => d with { Json = true }),
        ["no-headers"] = new(": accept, and never answer", (d, _) => d with { NoHeaders = true }),
        ["cut"] = new("=N: break the connection after N tokens", (d, v) => d with { Cut = Count(v) }),
        ["cut-before-usage"] = new(": break the connection between the finish reason and the usage", (d, _) => d with { CutBeforeUsage = true }),
        ["end"] = new("=N: end after N tokens, with no finish reason and no [DONE]", (d, v) => d with { End = Count(v) }),
        ["stall"] = new("=N: send nothing more after N tokens", (d, v) => d with { Stall = Count(v) }),
        ["malformed"] = new("[=N]: broken JSON after N tokens", (d, v) => d with { Malformed = Position(v) }),
        ["error"] = new("[=N]: an error object in the stream after N tokens", (d, v) => d with { Error = Position(v) }),
        ["endless"] = new(": tokens without end, whatever the limit", (d, _) => d with { Endless = true }),
        ["usage"] = new("=off|twice|absurd or =\"{…}\", with $prompt and $completion for the true figures: the usage chunk", (d, v) => Usage(d, v)),
        ["usage-after"] = new("=5s: a silence between the finish reason and the usage", (d, v) => d with { UsageAfter = Duration(v) }),
        ["finish"] = new("=length|content_filter|tool_calls, =none or any other word: the finish reason", (d, v) => d with { Finish = Required(v) }),
        ["empty-finish"] = new(": an empty finish reason in each chunk", (d, _) => d with { EmptyFinish = true }),
        ["heartbeat"] = new(": events with no data among the others", (d, _) => d with { Heartbeat = true }),
        ["joined"] = new("=lines|line: two chunks in each event", (d, v) => d with { Joined = Joined(v) }),
        ["encoding"] = new("=gzip|br: a compressed body, whatever was asked for", (d, v) => d with { Encoding = Encoding(v) }),
        ["content-type"] = new("=none or =text/plain: what the stream is called", (d, v) => d with { ContentType = Required(v) }),
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

    private static Directive Usage(Directive directive, string? value) => value switch
    {
        "off" => directive with { Usage = UsageReport.Off },
        "twice" => directive with { Usage = UsageReport.Twice },
        "absurd" => directive with { Usage = UsageReport.Absurd },
        ['{', ..] => directive with { UsageJson = value },
        _ => throw new FormatException(),
    };

    private static ReasoningMember Member(string? value) => value switch
    {
        "reasoning_content" => ReasoningMember.ReasoningContent,
        "reasoning" => ReasoningMember.Reasoning,
        "both" => ReasoningMember.Both,
        _ => throw new FormatException(),
    };

    private static string CacheMember(string? value) =>
        value is "cache_write_tokens" or "cache_creation_tokens" or "cache_creation_input_tokens" ? value : throw new FormatException();

    private static JoinedEvents Joined(string? value) => value switch
    {
        "lines" => JoinedEvents.Lines,
        "line" => JoinedEvents.Line,
        _ => throw new FormatException(),
    };

    private static string Encoding(string? value) => value is "gzip" or "br" ? value : throw new FormatException();

    private static TimeSpan Duration(string? value) => DurationText.TryParse(Required(value), TimeSpan.FromMilliseconds(1), out var duration) ? duration : throw new FormatException();

    private sealed record DirectiveKey(string Description, Func<Directive, string?, Directive> Apply);
}
