using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ChatBot.Shared.Problems;

namespace ChatBot.Functions.Problems;

/// <summary>Answers a request with a problem; operation, instance and trace are filled in from the request.</summary>
public sealed class ProblemResult(
    ProblemKind kind,
    string detail,
    IReadOnlyDictionary<string, string[]>? errors = null,
    IDictionary<string, JsonElement>? facts = null,
    TimeSpan? retryAfter = null,
    string? toast = null) : IResult
{
    public ProblemKind Kind => kind;

    public IDictionary<string, JsonElement>? Facts => facts;

    public static ProblemResult NotFound { get; } = new(ProblemKind.NotFound, "The resource does not exist or you do not have access to it.");

    public static ProblemResult Invalid(string field, string what) =>
        new(ProblemKind.InvalidRequest, $"{field}: {what}", new Dictionary<string, string[]> { [field] = [what] });

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        httpContext.Features.Set(this);
        response.StatusCode = kind.Status;
        response.Headers.CacheControl = "no-store";
        if (kind == ProblemKind.Unauthenticated)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        if (retryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        if (kind.Status == StatusCodes.Status429TooManyRequests && facts is not null)
        {
            RateLimitHeaders.Write(response.Headers, kind.Code, facts, retryAfter);
        }

        return response.WriteAsJsonAsync(ForRequest(httpContext), ProblemJson.Default.Problem, "application/problem+json", httpContext.RequestAborted);
    }

    public Problem ForRequest(HttpContext http) => new(
        $"urn:chatbot:problem:{kind.Code}",
        kind.Title,
        kind.Status,
        detail,
        http.Request.Path.ToUriComponent(),
        Activity.Current?.TraceId.ToString(),
        OperationName(http.GetEndpoint()),
        kind.Code,
        toast ?? kind.Toast,
        errors)
    {
        Facts = facts,
    };

    private static string? OperationName(Endpoint? endpoint) =>
        endpoint?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName is { Length: > 0 } name
            ? string.Concat(char.ToLowerInvariant(name[0]), name[1..])
            : null;
}
