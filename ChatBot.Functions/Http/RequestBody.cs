using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ChatBot.Functions.Problems;

namespace ChatBot.Functions.Http;

/// <summary>A request's body, or the problem with it.</summary>
/// <param name="Named">The members that it names, a member's members after a dot, where <see cref="RequestBody.ReadNamedBody"/> read it.</param>
public readonly record struct RequestBody<T>(T? Value, ProblemResult? Problem, IReadOnlySet<string>? Named = null)
    where T : class
{
    public bool IsRefused([NotNullWhen(true)] out ProblemResult? problem, [NotNullWhen(false)] out T? value)
    {
        (problem, value) = (Problem, Value);
        return problem is not null;
    }
}

public static class RequestBody
{
    /// <summary>The limit of a send, in bytes.</summary>
    public const int SendLimit = 1024 * 1024;

    /// <summary>The limit of a whole conversation, in bytes: more than a send of which only the newest message is kept may have.</summary>
    public const int ConversationLimit = 64 * 1024 * 1024;

    /// <summary>The limit of every other body, in bytes.</summary>
    public const int OrdinaryLimit = 64 * 1024;

    public static async Task<RequestBody<T>> ReadBody<T>(
        this HttpRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken, int limit = OrdinaryLimit)
        where T : class
    {
        if (!request.HasJsonContentType())
        {
            return NotJson<T>();
        }

        request.LimitBody(limit);

        try
        {
            var value = await JsonSerializer.DeserializeAsync(request.Body, type, cancellationToken);
            return value is null ? Refused<T>(ProblemKind.InvalidJson, "The body must be a JSON object.") : new(value, null);
        }
        catch (UnprocessableTextException e)
        {
            return Refused<T>(ProblemKind.UnprocessableText, $"The text at {e.Path} {e.Fault}.");
        }
        catch (JsonException e)
        {
            var place = e.Path is { Length: > 0 } path ? $" at {path}" : "";
            return Refused<T>(ProblemKind.InvalidJson, $"The body is not the JSON that this path takes: see{place} line {e.LineNumber + 1}, byte {e.BytePositionInLine}.");
        }
    }

    /// <summary>The same for bodies in which null is not the same as nothing.</summary>
    public static async Task<RequestBody<T>> ReadNamedBody<T>(this HttpRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        using var text = new MemoryStream();
        request.LimitBody(OrdinaryLimit);
        await request.Body.CopyToAsync(text, cancellationToken);
        text.Position = 0;
        request.Body = text;
        var body = await request.ReadBody(type, cancellationToken);
        return body.Value is null ? body : body with { Named = NamesIn(text.GetBuffer().AsSpan(0, (int)text.Length)) };
    }

    /// <summary>Sets after how many bytes reading stops, and 413 is answered.</summary>
    public static void LimitBody(this HttpRequest request, long limit)
    {
        if (request.Body is LimitedBody body)
        {
            body.Limit = limit;
        }
    }

    private static HashSet<string> NamesIn(ReadOnlySpan<byte> json)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var outer = "";
        // The serializer passes over a byte order mark, the reader does not.
        for (var reader = new Utf8JsonReader(json.StartsWith(Encoding.UTF8.Preamble) ? json[Encoding.UTF8.Preamble.Length..] : json); reader.Read();)
        {
            if (reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 or 2 })
            {
                var name = reader.GetString()!;
                outer = reader.CurrentDepth == 1 ? name : outer;
                names.Add(reader.CurrentDepth == 1 ? name : $"{outer}.{name}");
            }
        }

        return names;
    }

    internal static RequestBody<T> NotJson<T>()
        where T : class =>
        Refused<T>(ProblemKind.UnsupportedMediaType, "Send the body with Content-Type: application/json.");

    internal static RequestBody<T> Refused<T>(ProblemKind kind, string detail)
        where T : class =>
        new(null, new ProblemResult(kind, detail));
}
