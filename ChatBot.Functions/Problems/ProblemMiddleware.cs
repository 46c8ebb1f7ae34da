using Microsoft.AspNetCore.Connections;
using Npgsql;

namespace ChatBot.Functions.Problems;

/// <summary>The one handler at the edge: turns what was thrown, and answers without a body, into problems.</summary>
public sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> log)
{
    public async Task InvokeAsync(HttpContext http)
    {
        ProblemResult? problem;
        try
        {
            await next(http);
            problem = http.Response is { HasStarted: false, ContentLength: null or 0, ContentType: null } ? OfStatus(http.Response.StatusCode) : null;
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            problem = OfException(http, e);
        }

        if (problem is not null)
        {
            await problem.ExecuteAsync(http);
        }

        if (http.Features.Get<ProblemResult>() is { } told)
        {
            Tell(http.GetEndpoint() as RouteEndpoint, told.Kind);
        }
    }

    /// <summary>By the route, whose path holds no value.</summary>
    private void Tell(RouteEndpoint? endpoint, ProblemKind kind)
    {
        if (endpoint is null)
        {
            Log.AnsweredUnmapped(log, kind.Status, kind.Code);
        }
        else
        {
            var method = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods[0];
            Log.Answered(log, method, endpoint.RoutePattern.RawText, kind.Status, kind.Code);
        }
    }

    private ProblemResult? OfException(HttpContext http, Exception exception)
    {
        switch (exception)
        {
            case OperationCanceledException when http.RequestAborted.IsCancellationRequested:
            case ConnectionResetException:
                // The client left, nobody is there to answer.
                return null;
            case BadHttpRequestException bad:
                return OfStatus(bad.StatusCode) ?? new(ProblemKind.InvalidRequest, bad.Message);
            case NpgsqlException database when DatabaseProblems.From(database) is { } problem:
                if (problem == DatabaseProblems.Unavailable)
                {
                    Log.DatabaseUnavailable(log, database.GetType().Name, database.SqlState);
                }

                return problem;
            default:
                Log.Unexpected(log, exception);
                return new(ProblemKind.InternalError, "The error was logged. Try again, and report the trace id if it persists.");
        }
    }

    private static ProblemResult? OfStatus(int status) => status switch
    {
        404 => ProblemResult.NotFound,
        405 => new(ProblemKind.NotFound, "This path does not support this method."),
        408 => new(ProblemKind.InvalidRequest, "The request was sent too slowly."),
        413 => new(ProblemKind.TooLarge, "The body is larger than this path accepts."),
        415 => new(ProblemKind.UnsupportedMediaType, "Send the body with Content-Type: application/json."),
        400 => new(ProblemKind.InvalidRequest, "The request is malformed."),
        _ => null,
    };

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "{Method} {Route} was answered with {Status} {Code}")]
        public static partial void Answered(ILogger log, string? method, string? route, int status, string code);

        [LoggerMessage(LogLevel.Information, "A path that is not mapped was answered with {Status} {Code}")]
        public static partial void AnsweredUnmapped(ILogger log, int status, string code);

        [LoggerMessage(LogLevel.Error, "A request failed unexpectedly")]
        public static partial void Unexpected(ILogger log, Exception exception);

        [LoggerMessage(LogLevel.Warning, "The database cannot be reached: {Kind} {SqlState}")]
        public static partial void DatabaseUnavailable(ILogger log, string kind, string? sqlState);
    }
}
