using System.ClientModel.Primitives;
using System.Globalization;
using System.Text.Json;
using ChatBot.Functions.Problems;
using ChatBot.Functions.Settings;

namespace ChatBot.Functions.Models;

/// <summary>Makes out what an endpoint answered with: a stream, a whole completion, an error, or none of it.</summary>
public sealed partial class ModelReplyReader(TimeProvider time, ILogger log)
{
    private const int MaxErrorBytes = 16 * 1024;

    /// <param name="isOwnKey">Whether the user's own key was used.</param>
    /// <exception cref="InvalidDataException">It is longer than any answer, or its compression is broken.</exception>
    public async Task<ModelResponse> Read(PipelineResponse response, ModelSettings model, bool isOwnKey, CancellationToken cancellationToken)
    {
        if (response.ContentStream is not { } stream || ContentEncoding.Decode(stream, Header(response, "Content-Encoding")) is not { } body)
        {
            response.Dispose();
            return NotAnAnswer(model, "an unknown encoding");
        }

        var isKept = false;
        try
        {
            var retryAfter = RetryAfter.Read(Header(response, "retry-after-ms"), Header(response, "Retry-After"), time.GetUtcNow());
            if (response.Status != StatusCodes.Status200OK)
            {
                return await ReadError(response.Status, body, model, isOwnKey, retryAfter, cancellationToken);
            }

            var opened = await ModelBody.Open(body, cancellationToken);
            switch (opened.Kind)
            {
                case ModelBodyKind.Json:
                    return ReadWhole(await opened.ReadWhole(body, cancellationToken), model, isOwnKey, retryAfter);
                case ModelBodyKind.Markup:
                    return NotAnAnswer(model, "markup");
                default:
                    isKept = true;
                    return new ModelResponse(new ModelAnswer(ModelStream.Read(opened.Head, body, cancellationToken), body), null);
            }
        }
        finally
        {
            if (!isKept)
            {
                await body.DisposeAsync();
            }
        }
    }

    private async Task<ModelFailure> ReadError(
        int status, Stream body, ModelSettings model, bool isOwnKey, TimeSpan? retryAfter, CancellationToken cancellationToken)
    {
        var bytes = new byte[MaxErrorBytes];
        var length = await body.ReadAtLeastAsync(bytes, MaxErrorBytes, throwOnEndOfStream: false, cancellationToken);
        var error = ProviderError.Parse(bytes.AsSpan(0, length), status);
        Log.Refused(log, model.Name, status, error.Code);
        return ModelFailures.Of(error, isOwnKey, isEvent: false, retryAfter) with { ErrorType = status.ToString(CultureInfo.InvariantCulture) };
    }

    private ModelResponse ReadWhole(ReadOnlyMemory<byte> json, ModelSettings model, bool isOwnKey, TimeSpan? retryAfter)
    {
        try
        {
            var whole = ModelChunk.OfWhole(json.Span);
            if (whole.Error is { } error)
            {
                Log.Refused(log, model.Name, StatusCodes.Status200OK, error.Code);
                return ModelFailures.Of(error, isOwnKey, isEvent: false, retryAfter);
            }

            return whole.HasChoices ? new ModelResponse(new ModelAnswer(ModelStream.OfWhole(whole), Stream.Null), null) : NotAnAnswer(model, "other JSON");
        }
        catch (JsonException)
        {
            return NotAnAnswer(model, "broken JSON");
        }
    }

    private ModelFailure NotAnAnswer(ModelSettings model, string what)
    {
        Log.NotAnAnswer(log, model.Name, what);
        return new ModelFailure(
            ModelFault.Unavailable, new ProblemResult(ProblemKind.ModelFailed, "The model's endpoint did not answer with a completion."), IsOutage: true);
    }

    private static string? Header(PipelineResponse response, string name) => response.Headers.TryGetValue(name, out var value) ? value : null;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Model {Model} answered {Status} {Code}")]
        public static partial void Refused(ILogger log, string model, int status, string? code);

        [LoggerMessage(LogLevel.Warning, "Model {Model} answered with {What}, not with a completion")]
        public static partial void NotAnAnswer(ILogger log, string model, string what);
    }
}
