using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ChatBot.Functions.Problems;
using Microsoft.AspNetCore.Http.Features;

namespace ChatBot.Functions.Http;

/// <summary>A request's body, or the problem with it.</summary>
public readonly record struct RequestBody<T>(T? Value, ProblemResult? Problem)
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

    /// <summary>The limit of every other body, in bytes.</summary>
    public const int OrdinaryLimit = 64 * 1024;

    public static async Task<RequestBody<T>> ReadBody<T>(
        this HttpContext http, JsonTypeInfo<T> type, CancellationToken cancellation, int limit = OrdinaryLimit)
        where T : class
    {
        if (!http.Request.HasJsonContentType())
        {
            return Refused<T>(ProblemKind.UnsupportedMediaType, "Send the body with Content-Type: application/json.");
        }

        http.LimitBody(limit);

        try
        {
            var value = await JsonSerializer.DeserializeAsync(http.Request.Body, type, cancellation);
            return value is null ? Refused<T>(ProblemKind.InvalidJson, "The body must be a JSON object.") : new(value, null);
        }
        catch (UnpairedSurrogateException)
        {
            return Refused<T>(ProblemKind.UnprocessableText, "A text holds half of a surrogate pair, which no Unicode text may.");
        }
        catch (JsonException e)
        {
            var place = e.Path is { Length: > 0 } path ? $" at {path}" : "";
            return Refused<T>(ProblemKind.InvalidJson, $"The body is not the JSON that this path takes: see{place} line {e.LineNumber + 1}, byte {e.BytePositionInLine}.");
        }
    }

    /// <summary>Kestrel stops reading after so many bytes, and says 413.</summary>
    public static void LimitBody(this HttpContext http, long limit)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limit;
        }
    }

    private static RequestBody<T> Refused<T>(ProblemKind kind, string detail)
        where T : class =>
        new(null, new ProblemResult(kind, detail));
}
