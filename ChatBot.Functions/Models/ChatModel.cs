using System.ClientModel;
using System.ClientModel.Primitives;
using Azure.AI.OpenAI;
using ChatBot.Functions.Azure;
using ChatBot.Functions.Problems;
using ChatBot.Functions.Settings;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Models;

namespace ChatBot.Functions.Models;

/// <summary>Calls the configured models. Clients, credentials and addresses are the SDK's; the stream is read by ourselves.</summary>
public sealed partial class ChatModel(ChatBotSettings settings, HttpClient http, TimeProvider time, ILogger<ChatModel> log)
{
    private static readonly TimeSpan s_verificationTimeout = TimeSpan.FromSeconds(10);

    private readonly ModelReplyReader _replies = new(time, log);

    private readonly Lazy<OpenAIClient?> _openAI = new(() =>
        settings.Providers.OpenAIKey is { } key ? new OpenAIClient(new ApiKeyCredential(key), OpenAIOptions(settings.Providers, http)) : null);

    private readonly Lazy<AzureOpenAIClient?> _azure = new(() => Azure(settings.Providers, http));

    /// <summary>Sends the request and waits for the head of the answer.</summary>
    /// <param name="ownKey">The user's own key, for models of OpenAI.</param>
    /// <param name="body">The request as JSON.</param>
    /// <param name="id">Names the call in the provider's logs, and in the ledger.</param>
    public async Task<ModelResponse> Open(ModelSettings model, string? ownKey, BinaryData body, Guid id, CancellationToken cancellationToken)
    {
        var client = ClientFor(model, ownKey);
        if (client is null)
        {
            Log.NoCredential(log, model.Name);
            return new ModelFailure(
                ModelFault.Unavailable, new ProblemResult(ProblemKind.ModelFailed, "The model's provider is not set up. Choose another model."));
        }

        try
        {
            var options = new RequestOptions
            {
                // A stream has to be handed on as it comes.
                BufferResponse = false,
                ErrorOptions = ClientErrorBehaviors.NoThrow,
                CancellationToken = cancellationToken,
            };
            options.SetHeader("X-Client-Request-Id", id.ToString());
            options.SetHeader("Accept-Encoding", "identity");
            var result = await client.CompleteChatAsync(BinaryContent.Create(body), options);
            return await _replies.Read(result.GetRawResponse(), model, ownKey is not null, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or ClientResultException or IOException or InvalidDataException)
        {
            Log.Unreachable(log, model.Name, e.GetType().Name);
            return new ModelFailure(
                ModelFault.Transient,
                new ProblemResult(ProblemKind.ModelFailed, "The model cannot be reached at the moment. Send the message again."),
                WasTaken: !IsUnsent(e),
                IsOutage: true) { ErrorType = e.GetType().Name };
        }
    }

    /// <summary>Whether not even a connection was to be had.</summary>
    private static bool IsUnsent(Exception exception) => (exception as HttpRequestException ?? exception.InnerException as HttpRequestException)?.HttpRequestError
        is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
        or HttpRequestError.ProxyTunnelError;

    /// <summary>Asks the provider whether a user's own key is good. Null: it is.</summary>
    public async Task<ProblemResult?> VerifyKey(string key, CancellationToken cancellationToken)
    {
        var client = new OpenAIModelClient(new ApiKeyCredential(key), OpenAIOptions(settings.Providers, http));
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(s_verificationTimeout);
        int status;
        try
        {
            var options = new RequestOptions { ErrorOptions = ClientErrorBehaviors.NoThrow, CancellationToken = timeout.Token };
            status = (await client.GetModelsAsync(options)).GetRawResponse().Status;
        }
        catch (Exception e) when (e is HttpRequestException or ClientResultException or IOException or OperationCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            status = StatusCodes.Status503ServiceUnavailable;
        }

        return status switch
        {
            StatusCodes.Status200OK => null,
            StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden =>
                new ProblemResult(ProblemKind.ProviderKeyRejected, "OpenAI does not accept this key. Nothing was stored."),
            _ => new ProblemResult(ProblemKind.Unavailable, "The key cannot be checked with OpenAI at the moment. Nothing was stored.", retryAfter: TimeSpan.FromSeconds(10)),
        };
    }

    private ChatClient? ClientFor(ModelSettings model, string? ownKey) => (model.Provider, ownKey) switch
    {
        (ModelProvider.OpenAI, { } key) => new ChatClient(model.Deployment, new ApiKeyCredential(key), OpenAIOptions(settings.Providers, http)),
        (ModelProvider.OpenAI, null) => _openAI.Value?.GetChatClient(model.Deployment),
        _ => _azure.Value?.GetChatClient(model.Deployment),
    };

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
            : new AzureOpenAIClient(endpoint, AzureCredentials.Create(providers.AzureOpenAIClientId), options);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "No credential is set for the provider of model {Model}")]
        public static partial void NoCredential(ILogger log, string model);

        [LoggerMessage(LogLevel.Warning, "Model {Model} cannot be reached: {Reason}")]
        public static partial void Unreachable(ILogger log, string model, string reason);
    }
}
