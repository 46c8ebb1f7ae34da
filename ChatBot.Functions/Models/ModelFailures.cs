using ChatBot.Functions.Problems;

namespace ChatBot.Functions.Models;

/// <summary>What each kind of error means for the call, and what its user is told.</summary>
public static class ModelFailures
{
    /// <param name="isOwnKey">Whether the user's own key was used.</param>
    /// <param name="isEvent">Whether it came as an event of a stream: what failed there was taken before, and may be charged for.</param>
    public static ModelFailure Of(ProviderError error, bool isOwnKey, bool isEvent, TimeSpan? retryAfter = null)
    {
        var failure = ProviderErrorKinds.KindOf(error) switch
        {
            ProviderErrorKind.ContentFilter => Refused(
                ProblemKind.ContentFiltered,
                $"The provider's content filter refused the prompt{(error.Filtered.Count > 0 ? $" ({string.Join(", ", error.Filtered)})" : "")}. Rephrase the message."),
            ProviderErrorKind.ContextTooLong => Refused(
                ProblemKind.ContextTooLong, "The conversation does not fit into the model's context. Shorten the message or begin a new chat."),
            ProviderErrorKind.Quota when isOwnKey => Refused(
                ProblemKind.ProviderKeyRejected, "The quota of your own OpenAI key is used up. Raise it at OpenAI, or delete the key in the preferences."),
            ProviderErrorKind.Quota => Unusable("The model's quota is used up. Choose another model."),
            ProviderErrorKind.AboveRateLimit => Unusable("The conversation is too long for the model's rate limit. Shorten it, or choose another model."),
            ProviderErrorKind.Key or ProviderErrorKind.Forbidden when isOwnKey => Refused(
                ProblemKind.ProviderKeyRejected, "OpenAI no longer accepts your key. Store it again, or delete it in the preferences."),
            ProviderErrorKind.Key or ProviderErrorKind.Forbidden or ProviderErrorKind.NoSuchModel => Unusable("The model could not answer. Choose another model."),
            ProviderErrorKind.RateLimit => Overloaded(retryAfter, isOutage: false),
            ProviderErrorKind.Overloaded => Overloaded(retryAfter, isOutage: true),
            ProviderErrorKind.Timeout => new ModelFailure(
                ModelFault.Transient, new(ProblemKind.ModelTimeout, "The model took too long. Send the message again.", retryAfter: retryAfter), WasTaken: isEvent, IsOutage: true),
            ProviderErrorKind.BadRequest => Refused(
                ProblemKind.ModelFailed, "The model does not accept the request. Change the message, or choose another model."),
            _ => new ModelFailure(
                ModelFault.Transient,
                new(ProblemKind.ModelFailed, "The model could not answer. Send the message again, or choose another model.", retryAfter: retryAfter),
                WasTaken: isEvent,
                IsOutage: true),
        };
        return failure with { RetryAfter = retryAfter };
    }

    private static ModelFailure Refused(ProblemKind kind, string detail) => new(ModelFault.Rejected, new(kind, detail));

    private static ModelFailure Unusable(string detail) => new(ModelFault.Unavailable, new(ProblemKind.ModelFailed, detail));

    private static ModelFailure Overloaded(TimeSpan? retryAfter, bool isOutage) => new(
        ModelFault.Transient,
        new(ProblemKind.ModelFailed, "The model is overloaded. Send the message again later.", retryAfter: retryAfter),
        IsOutage: isOutage);
}
