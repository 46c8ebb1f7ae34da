using System.ClientModel.Primitives;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using ChatBot.Functions.Problems;

namespace ChatBot.Functions.Models;

/// <summary>An answer of a model's endpoint with another status than 200. Form: OpenAI's <c>error</c> object, which Azure OpenAI shares.</summary>
public sealed record ModelError(int Status, string? Code, IReadOnlyList<string> Filtered, string? RetryAfterMilliseconds, string? RetryAfter)
{
    private const int MaxBytes = 16 * 1024;

    public static async Task<ModelError> Read(PipelineResponse response, CancellationToken cancellation)
    {
        var error = new ModelError(response.Status, null, [], Header(response, "retry-after-ms"), Header(response, "Retry-After"));
        if (response.ContentStream is not { } stream)
        {
            return error;
        }

        var bytes = new byte[MaxBytes];
        var length = await stream.ReadAtLeastAsync(bytes, MaxBytes, throwOnEndOfStream: false, cancellation);
        try
        {
            using var json = JsonDocument.Parse(bytes.AsMemory(0, length));
            return Member(json.RootElement, "error", JsonValueKind.Object) is { } body
                ? error with { Code = Member(body, "code", JsonValueKind.String)?.GetString(), Filtered = ReadFiltered(body) }
                : error;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return error;
        }
    }

    /// <param name="isOwnKey">Whether the user's own key was used.</param>
    public ModelFailure AsFailure(bool isOwnKey, DateTimeOffset now)
    {
        var wait = Wait(now);
        return (Status, Code) switch
        {
            (401 or 403, _) when isOwnKey => new(ModelFault.Refused, new(
                ProblemKind.ProviderKeyRejected, "OpenAI does not accept your own key any more. Store it again, or delete it in the preferences.")),
            (400, "content_filter" or "content_policy_violation") => new(ModelFault.Refused, new(
                ProblemKind.ContentFiltered,
                $"The provider's content filter refused the prompt{(Filtered.Count > 0 ? $" ({string.Join(", ", Filtered)})" : "")}. Rephrase the message.")),
            (400, "context_length_exceeded") => new(ModelFault.Refused, new(
                ProblemKind.ContextTooLong, "The conversation does not fit into the model's context. Shorten the message or begin a new chat.")),
            (429, "insufficient_quota") => new(ModelFault.Unusable, Failed("The model's quota is used up. Choose another model.")),
            (408 or 504, _) => new(
                ModelFault.Passing, new(ProblemKind.ModelTimeout, "The model took too long. Send the message again."), IsOutage: true, RetryAfter: wait),
            (409 or 429, _) => new(ModelFault.Passing, Overloaded(wait), RetryAfter: wait),
            (503, _) => new(ModelFault.Passing, Overloaded(wait), IsOutage: true, RetryAfter: wait),
            ( >= 500, _) => new(
                ModelFault.Passing, Failed("The model could not answer. Send the message again, or choose another model."), IsOutage: true, RetryAfter: wait),
            (401 or 403 or 404, _) => new(ModelFault.Unusable, Failed("The model could not answer. Choose another model.")),
            _ => new(ModelFault.Refused, Failed("The model does not accept the request. Change the message, or choose another model.")),
        };
    }

    /// <summary>How long the endpoint asks to be left alone: milliseconds, seconds or a date. Null where it says nothing sensible.</summary>
    private TimeSpan? Wait(DateTimeOffset now)
    {
        var wait = int.TryParse(RetryAfterMilliseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) ? TimeSpan.FromMilliseconds(milliseconds)
            : int.TryParse(RetryAfter, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds)
            : DateTimeOffset.TryParse(RetryAfter, CultureInfo.InvariantCulture, out var moment) ? moment - now
            : TimeSpan.Zero;
        return wait > TimeSpan.Zero && wait < TimeSpan.FromHours(1) ? wait : null;
    }

    private static ProblemResult Failed(string detail) => new(ProblemKind.ModelFailed, detail);

    private static ProblemResult Overloaded(TimeSpan? wait) =>
        new(ProblemKind.ModelFailed, "The model is overloaded at the moment. Send the message again in a while.", retryAfter: wait);

    private static IReadOnlyList<string> ReadFiltered(JsonElement error)
    {
        if (Member(error, "innererror", JsonValueKind.Object) is not { } inner || Member(inner, "content_filter_result", JsonValueKind.Object) is not { } results)
        {
            return [];
        }

        var json = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(results));
        return ContentFilterResults.ReadFiltered(ref json);
    }

    private static JsonElement? Member(JsonElement parent, string name, JsonValueKind kind) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var member) && member.ValueKind == kind ? member : null;

    private static string? Header(PipelineResponse response, string name) => response.Headers.TryGetValue(name, out var value) ? value : null;
}
