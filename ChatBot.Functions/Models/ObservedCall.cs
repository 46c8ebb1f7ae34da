using System.Diagnostics;
using ChatBot.Functions.Settings;
using ChatBot.Functions.Telemetry;

namespace ChatBot.Functions.Models;

/// <summary>One call to a model, from its request to the end of its stream: a span, and what is measured of it. Names are the GenAI conventions'.</summary>
public sealed class ObservedCall
{
    private const int LongestModelName = 100;

    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly Activity? _span;
    private TagList _tags;
    private bool _hasToken;
    private bool _hasEnded;
    private string? _answeredBy;

    private ObservedCall(ModelSettings model, ProviderSettings providers, int maxOutputTokens, TimeProvider time)
    {
        var (provider, endpoint) = model.Provider is ModelProvider.OpenAI
            ? ("openai", providers.OpenAIEndpoint)
            : ("azure.ai.openai", providers.AzureOpenAIEndpoint ?? providers.OpenAIEndpoint);
        (_time, _start) = (time, time.GetTimestamp());
        _span = Traces.BeginCall(model, provider, endpoint, maxOutputTokens);
        _tags = new TagList
        {
            { "gen_ai.operation.name", "chat" },
            { "gen_ai.provider.name", provider },
            { "gen_ai.request.model", model.Deployment },
            { "server.address", endpoint.Host },
        };
    }

    public static ObservedCall Begin(ModelSettings model, ProviderSettings providers, int maxOutputTokens, TimeProvider time) =>
        new(model, providers, maxOutputTokens, time);

    /// <summary>Something came of the answer. The first text counts.</summary>
    public void Take(ModelChunk chunk)
    {
        _answeredBy ??= chunk.Model;
        if (!_hasToken && chunk.Text.Length > 0)
        {
            _hasToken = true;
            Metrics.FirstToken.Record(_time.GetElapsedTime(_start).TotalSeconds, _tags);
        }
    }

    /// <summary>The first end counts.</summary>
    /// <param name="error">A kind of error; null for none.</param>
    /// <param name="finishReason">In the provider's words.</param>
    public void End(string? error, string? finishReason = null, TokenUsage? reported = null)
    {
        if (_hasEnded)
        {
            return;
        }

        _hasEnded = true;
        if (reported is { } usage)
        {
            _span?.SetTag("gen_ai.usage.input_tokens", usage.Input);
            _span?.SetTag("gen_ai.usage.output_tokens", usage.Output);
            Metrics.CallTokens.Record(usage.Input, WithType("input"));
            Metrics.CallTokens.Record(usage.Output, WithType("output"));
        }

        if (finishReason is { } reason)
        {
            _span?.SetTag("gen_ai.response.finish_reasons", (string[])[Known(reason)]);
        }

        if (_answeredBy is { } model)
        {
            _span?.SetTag("gen_ai.response.model", model.Length <= LongestModelName ? model : model[..LongestModelName]);
        }

        if (error is not null)
        {
            _span.Fail(error);
            _tags.Add("error.type", error);
        }

        Metrics.CallDuration.Record(_time.GetElapsedTime(_start).TotalSeconds, _tags);
        _span?.Dispose();
    }

    private TagList WithType(string type)
    {
        var tags = _tags;
        tags.Add("gen_ai.token.type", type);
        return tags;
    }

    // The provider's words, but only those that are known to be no text.
    private static string Known(string reason) =>
        reason is "stop" or "length" or "content_filter" or "tool_calls" or "function_call" ? reason : "other";
}
