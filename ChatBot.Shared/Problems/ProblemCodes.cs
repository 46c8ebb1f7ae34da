namespace ChatBot.Shared.Problems;

/// <summary>The codes of <see cref="Problem.Code"/>. They never change their meaning.</summary>
public static class ProblemCodes
{
    public const string InvalidJson = "invalid_json";
    public const string InvalidRequest = "invalid_request";
    public const string Unauthenticated = "unauthenticated";
    public const string Forbidden = "forbidden";
    public const string ModelNotAllowed = "model_not_allowed";
    public const string AccountBlocked = "account_blocked";
    public const string QuotaExceeded = "quota_exceeded";
    public const string NotFound = "not_found";
    public const string Conflict = "conflict";
    public const string CompletionInProgress = "completion_in_progress";
    public const string IdInUse = "id_in_use";
    public const string NotAcceptable = "not_acceptable";
    public const string PreconditionFailed = "precondition_failed";
    public const string TooLarge = "too_large";
    public const string UnsupportedMediaType = "unsupported_media_type";
    public const string UnprocessableText = "unprocessable_text";
    public const string IdempotencyKeyReused = "idempotency_key_reused";
    public const string ContentFiltered = "content_filtered";
    public const string ContextTooLong = "context_too_long";
    public const string ProviderKeyRejected = "provider_key_rejected";
    public const string RateLimited = "rate_limited";
    public const string TooManyStreams = "too_many_streams";
    public const string UsageCapExceeded = "usage_cap_exceeded";
    public const string ModelFailed = "model_failed";
    public const string ModelTimeout = "model_timeout";
    public const string Interrupted = "interrupted";
    public const string InternalError = "internal_error";
    public const string Unavailable = "unavailable";
}
