using System.Collections.Frozen;

namespace ChatBot.Functions.Models;

public enum ProviderErrorKind
{
    /// <summary>The prompt was refused by a content filter.</summary>
    ContentFilter,

    /// <summary>The prompt does not fit into the model's context.</summary>
    ContextTooLong,

    /// <summary>The request alone is above what the account may send in a minute.</summary>
    AboveRateLimit,

    /// <summary>The account has no money or quota left, or is closed.</summary>
    Quota,

    /// <summary>The key is not accepted.</summary>
    Key,

    /// <summary>The key may not do this.</summary>
    Forbidden,

    /// <summary>There is no such model, or not for this account.</summary>
    NoSuchModel,

    RateLimit,

    Overloaded,

    Timeout,

    /// <summary>The request is at fault in another way.</summary>
    BadRequest,

    /// <summary>The endpoint failed, or did not say why.</summary>
    ServerError,
}

/// <summary>The one place that decides what an error of a provider is, from all that is known of it.</summary>
public static class ProviderErrorKinds
{
    private static readonly FrozenDictionary<string, ProviderErrorKind> s_words = new (ProviderErrorKind Kind, string[] Words)[]
    {
        (ProviderErrorKind.ContentFilter,
            ["content_filter", "content_policy_violation", "responsibleaipolicyviolation", "moderation_blocked", "data_inspection_failed", "invalid_prompt"]),
        (ProviderErrorKind.ContextTooLong,
            ["context_length_exceeded", "context_window_exceeded", "contextwindowexceedederror", "string_above_max_length", "request_too_large", "exceed_context_size_error"]),
        (ProviderErrorKind.Quota,
            ["insufficient_quota", "billing_not_active", "billing_hard_limit_reached", "billing_error", "quota_exceeded", "insufficient_balance", "insufficient_credits",
            "payment_required", "account_deactivated", "access_terminated"]),
        (ProviderErrorKind.Key, ["invalid_api_key", "incorrect_api_key", "invalid_authentication", "authentication_error", "invalid_organization", "unauthenticated"]),
        (ProviderErrorKind.Forbidden, ["permission_error", "permission_denied", "ip_not_authorized"]),
        (ProviderErrorKind.NoSuchModel, ["model_not_found", "deploymentnotfound", "not_found_error", "unsupported_country_region_territory"]),
        (ProviderErrorKind.RateLimit, ["rate_limit_exceeded", "rate_limit_error", "too_many_requests", "toomanyrequests", "resource_exhausted", "requests", "tokens"]),
        (ProviderErrorKind.Overloaded, ["overloaded_error", "engine_overloaded", "server_overloaded", "service_unavailable", "unavailable", "slow_down"]),
        (ProviderErrorKind.Timeout, ["timeout", "timeout_error", "request_timeout", "deadline_exceeded"]),
    }.SelectMany(row => row.Words, (row, word) => KeyValuePair.Create(word, row.Kind)).ToFrozenDictionary();

    // What says less than a status does.
    private static readonly FrozenSet<string> s_badRequest =
        ["invalid_request_error", "bad_request", "badrequesterror", "invalid_argument", "unsupported_parameter", "unsupported_value", "invalid_value"];

    private static readonly string[] s_contextPhrases =
    [
        "maximum context length", "context length", "context window", "prompt is too long", "input is too long", "too many input tokens", "reduce the length of the messages",
    ];

    public static ProviderErrorKind KindOf(ProviderError error)
    {
        var byWord = error.Words.Select(word => s_words.TryGetValue(word, out var kind) ? kind : (ProviderErrorKind?)null).FirstOrDefault(kind => kind is not null);
        return (byWord, error.Status) switch
        {
            (null or ProviderErrorKind.RateLimit, 429 or 413 or 0) when Says(error, "request too large for") => ProviderErrorKind.AboveRateLimit,
            ({ } known, _) => known,
            (null, not 429) when s_contextPhrases.Any(phrase => Says(error, phrase)) => ProviderErrorKind.ContextTooLong,
            (null, 401) => ProviderErrorKind.Key,
            (null, 402) => ProviderErrorKind.Quota,
            (null, 403) => ProviderErrorKind.Forbidden,
            (null, 404) => ProviderErrorKind.NoSuchModel,
            // The last two are a gateway's: it waited for too long.
            (null, 408 or 504 or 524) => ProviderErrorKind.Timeout,
            (null, 409 or 429) => ProviderErrorKind.RateLimit,
            (null, 503 or 529) => ProviderErrorKind.Overloaded,
            (null, >= 400 and < 500) => ProviderErrorKind.BadRequest,
            (null, 0) when error.Words.Any(s_badRequest.Contains) => ProviderErrorKind.BadRequest,
            _ => ProviderErrorKind.ServerError,
        };
    }

    private static bool Says(ProviderError error, string phrase) => error.Message.Contains(phrase, StringComparison.OrdinalIgnoreCase);
}
