using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using System.Text.Json;
using Azure.AI.OpenAI;
using ChatBot.Functions.Hosting;
using ChatBot.Functions.Problems;
using ChatBot.Functions.Settings;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Models;

namespace ChatBot.Functions.Completions;

/// <summary>Calls the configured models. Clients, credentials and addresses are the SDK's; the stream is read by ourselves.</summary>
public sealed partial class ChatModel(ChatBotSettings settings, HttpClient http, TimeProvider time, ILogger<ChatModel> log)
{
    private static readonly TimeSpan s_verificationPatience = TimeSpan.FromSeconds(10);

    private readonly Lazy<OpenAIClient?> _openAI = new(() =>
        settings.Providers.OpenAIKey is { } key ? new OpenAIClient(new ApiKeyCredential(key), OpenAIOptions(settings.Providers, http)) : null);

    private readonly Lazy<AzureOpenAIClient?> _azure = new(() => Azure(settings.Providers, http));

    /// <summary>Sends the request and waits for the head of the answer.</summary>
    /// <param name="ownKey">The user's own key, for models of OpenAI.</param>
    /// <param name="body">The request as JSON.</param>
    public async Task<ModelReply> Open(ModelSettings model, string? ownKey, BinaryData body, CancellationToken cancellation)
    {
        var client = ClientFor(model, ownKey);
        if (client is null)
        {
            Log.NoCredential(log, model.Name);
            return ModelReply.Failed(new ProblemResult(ProblemKind.ModelFailed, "The model's provider is not set up. Choose another model."));
        }

        try
        {
            var options = new RequestOptions
            {
                // A stream has to be handed on as it comes.
                BufferResponse = false,
                ErrorOptions = ClientErrorBehaviors.NoThrow,
                CancellationToken = cancellation,
            };
            var result = await client.CompleteChatAsync(BinaryContent.Create(body), options);
            return await Read(result.GetRawResponse(), model, ownKey is not null, cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or ClientResultException or IOException)
        {
            Log.Unreachable(log, model.Name, e.GetType().Name);
            return ModelReply.Failed(new ProblemResult(ProblemKind.ModelFailed, "The model cannot be reached at the moment. Send the message again."));
        }
    }

    /// <summary>Asks the provider whether a user's own key is good. Null: it is.</summary>
    public async Task<ProblemResult?> VerifyKey(string key, CancellationToken cancellation)
    {
        var client = new OpenAIModelClient(new ApiKeyCredential(key), OpenAIOptions(settings.Providers, http));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(s_verificationPatience);
        int status;
        try
        {
            var options = new RequestOptions { ErrorOptions = ClientErrorBehaviors.NoThrow, CancellationToken = patience.Token };
            status = (await client.GetModelsAsync(options)).GetRawResponse().Status;
        }
        catch (Exception e) when (e is HttpRequestException or ClientResultException or IOException or OperationCanceledException
            && !cancellation.IsCancellationRequested)
        {
            status = StatusCodes.Status503ServiceUnavailable;
        }

        return status switch
        {
            StatusCodes.Status200OK => null,
            StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden =>
                new ProblemResult(ProblemKind.ProviderKeyRejected, "OpenAI does not accept this key. Nothing was stored."),
            _ => new ProblemResult(ProblemKind.Unavailable, "OpenAI cannot be asked about this key at the moment. Nothing was stored.", retryAfter: TimeSpan.FromSeconds(10)),
        };
    }

    private ChatClient? ClientFor(ModelSettings model, string? ownKey) => (model.Provider, ownKey) switch
    {
        (ModelProvider.OpenAI, { } key) => new ChatClient(model.Deployment, new ApiKeyCredential(key), OpenAIOptions(settings.Providers, http)),
        (ModelProvider.OpenAI, null) => _openAI.Value?.GetChatClient(model.Deployment),
        _ => _azure.Value?.GetChatClient(model.Deployment),
    };

    private async Task<ModelReply> Read(PipelineResponse response, ModelSettings model, bool isOwnKey, CancellationToken cancellation)
    {
        var contentType = response.Headers.TryGetValue("Content-Type", out var type) ? type : null;
        if (response.Status == StatusCodes.Status200OK && response.ContentStream is { } stream)
        {
            if (contentType?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) is true)
            {
                return ModelReply.Opened(stream);
            }

            Log.NotAStream(log, model.Name, contentType);
            response.Dispose();
            return ModelReply.Failed(new ProblemResult(ProblemKind.ModelFailed, "The model's endpoint did not answer with a stream."));
        }

        using (response)
        {
            var code = await ReadErrorCode(response, cancellation);
            Log.Refused(log, model.Name, response.Status, code);
            return ModelReply.Failed(ProblemOf(response, code, isOwnKey));
        }
    }

    private ProblemResult ProblemOf(PipelineResponse response, string? code, bool isOwnKey) => (response.Status, code) switch
    {
        (401 or 403, _) when isOwnKey =>
            new(ProblemKind.ProviderKeyRejected, "OpenAI does not accept your own key any more. Store it again, or delete it in the preferences."),
        (400, "content_filter" or "content_policy_violation") =>
            new(ProblemKind.ContentFiltered, "The provider's content filter refused the prompt. Rephrase the message."),
        (400, "context_length_exceeded") =>
            new(ProblemKind.ContextTooLong, "The conversation does not fit into the model's context. Shorten the message or begin a new chat."),
        (408 or 504, _) => new(ProblemKind.ModelTimeout, "The model took too long. Send the message again."),
        (429 or 503, _) => new(ProblemKind.ModelFailed, "The model is overloaded at the moment. Send the message again in a while.", retryAfter: RetryAfter(response)),
        _ => new(ProblemKind.ModelFailed, "The model could not answer. Send the message again, or choose another model."),
    };

    private TimeSpan? RetryAfter(PipelineResponse response)
    {
        if (!response.Headers.TryGetValue("Retry-After", out var value))
        {
            return null;
        }

        var wait = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds)
            : DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, out var moment) ? moment - time.GetUtcNow()
            : TimeSpan.Zero;
        return wait > TimeSpan.Zero && wait < TimeSpan.FromHours(1) ? wait : null;
    }

    private static async Task<string?> ReadErrorCode(PipelineResponse response, CancellationToken cancellation)
    {
        const int limit = 16 * 1024;
        if (response.ContentStream is not { } stream)
        {
            return null;
        }

        var bytes = new byte[limit];
        var length = await stream.ReadAtLeastAsync(bytes, limit, throwOnEndOfStream: false, cancellation);
        try
        {
            using var json = JsonDocument.Parse(bytes.AsMemory(0, length));
            return json.RootElement.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object
                && error.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.String ? code.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static OpenAIClientOptions OpenAIOptions(ProviderSettings providers, HttpClient http) => new()
    {
        Endpoint = providers.OpenAIEndpoint,
        Transport = new HttpClientPipelineTransport(http),
        // Only who relays the stream knows whether something of it was shown already.
        RetryPolicy = new ClientRetryPolicy(0),
        NetworkTimeout = Timeout.InfiniteTimeSpan,
    };

    private static AzureOpenAIClient? Azure(ProviderSettings providers, HttpClient http)
    {
        if (providers.AzureOpenAIEndpoint is not { } endpoint)
        {
            return null;
        }

        var options = new AzureOpenAIClientOptions
        {
            Transport = new HttpClientPipelineTransport(http),
            RetryPolicy = new ClientRetryPolicy(0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
        };
        return providers.AzureOpenAIKey is { } key
            ? new AzureOpenAIClient(endpoint, new ApiKeyCredential(key), options)
            : new AzureOpenAIClient(endpoint, Identities.Of(providers.AzureOpenAIClientId), options);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "No credential is set for the provider of model {Model}")]
        public static partial void NoCredential(ILogger log, string model);

        [LoggerMessage(LogLevel.Warning, "Model {Model} cannot be reached: {Reason}")]
        public static partial void Unreachable(ILogger log, string model, string reason);

        [LoggerMessage(LogLevel.Warning, "Model {Model} answered {Status} {Code}")]
        public static partial void Refused(ILogger log, string model, int status, string? code);

        [LoggerMessage(LogLevel.Warning, "Model {Model} answered with {ContentType}, not with a stream")]
        public static partial void NotAStream(ILogger log, string model, string? contentType);
    }
}
