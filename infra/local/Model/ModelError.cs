using System.Globalization;
using System.Text.Json.Nodes;

namespace ChatBot.Local;

/// <summary>An error answer in OpenAI's shape.</summary>
internal sealed record ModelError(int Status, string Message, string Type, string? Code)
{
    private static readonly TimeSpan s_retryDate = TimeSpan.FromSeconds(2);

    public string? Param { get; init; }

    public string? RetryAfter { get; init; }

    public string? RetryAfterMilliseconds { get; init; }

    private JsonObject? Inner { get; init; }

    public static ModelError NoKey { get; } = new(401, "You didn't provide an API key.", "invalid_request_error", null);

    public static ModelError BadKey { get; } = new(401, "Incorrect API key provided.", "invalid_request_error", "invalid_api_key");

    /// <summary>A prompt that Azure's content filter refuses.</summary>
    public static ModelError Filtered { get; } = new(400, "The response was filtered due to the prompt triggering the content management policy. Please modify your prompt and retry.", "", "content_filter")
    {
        Param = "prompt",
        Inner = new() { ["code"] = "ResponsibleAIPolicyViolation", ["content_filter_result"] = ContentFilter.Results("violence") },
    };

    public static ModelError Invalid(string message) => new(400, message, "invalid_request_error", null);

    public static ModelError ForStatus(int status, string? retryAfter) => status switch
    {
        401 => BadKey,
        403 => new(status, "You are not allowed to use this model.", "invalid_request_error", "unsupported_country_region_territory"),
        404 => new(status, "The model does not exist or you do not have access to it.", "invalid_request_error", "model_not_found"),
        429 => new(status, "Rate limit reached for requests.", "requests", "rate_limit_exceeded"),
        >= 500 => new(status, "The server had an error while processing your request.", "server_error", null),
        _ => new(status, $"The stand-in was told to answer with {status}.", "invalid_request_error", null),
    } with
    { RetryAfter = retryAfter == "date" ? (TimeProvider.System.GetUtcNow() + s_retryDate).ToString("R", CultureInfo.InvariantCulture) : retryAfter };

    /// <summary>As a directive wants it told.</summary>
    public ModelError With(Directive directive) => this with
    {
        Code = directive.ErrorCode ?? Code,
        Type = directive.ErrorType ?? Type,
        Message = directive.ErrorMessage ?? Message,
        RetryAfterMilliseconds = directive.RetryAfterMilliseconds,
    };

    public string ToJson()
    {
        JsonObject error = new()
        {
            ["message"] = Message,
            ["type"] = Type.Length == 0 ? null : Type,
            ["param"] = Param,
            ["code"] = int.TryParse(Code, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : Code,
        };
        if (Inner is not null)
        {
            error["status"] = Status;
            error["innererror"] = Inner.DeepClone();
        }
        return new JsonObject { ["error"] = error }.ToJsonString();
    }

    public Task WriteAsync(HttpResponse response)
    {
        response.StatusCode = Status;
        response.ContentType = "application/json";
        if (RetryAfter is not null)
        {
            response.Headers.RetryAfter = RetryAfter;
        }

        if (RetryAfterMilliseconds is not null)
        {
            response.Headers["retry-after-ms"] = RetryAfterMilliseconds;
        }

        return response.WriteAsync(ToJson(), response.HttpContext.RequestAborted);
    }
}
