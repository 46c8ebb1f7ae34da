using ChatBot.Shared.Problems;

namespace ChatBot.Functions.Problems;

/// <summary>What every problem of one code has in common.</summary>
/// <param name="SqlState">The SQLSTATE with which the database reports it, where it does.</param>
public sealed record ProblemKind(string Code, int Status, string Title, string Toast, string? SqlState = null)
{
    public static readonly ProblemKind InvalidJson = new(ProblemCodes.InvalidJson, 400, "The body is not valid JSON", "Something went wrong. Please reload the page.");
    public static readonly ProblemKind InvalidRequest = new(ProblemCodes.InvalidRequest, 400, "The request is not valid", "Please check what you entered.", "CB012");
    public static readonly ProblemKind Unauthenticated = new(ProblemCodes.Unauthenticated, 401, "Sign in first", "Please sign in again.", "CB001");
    public static readonly ProblemKind Forbidden = new(ProblemCodes.Forbidden, 403, "Not allowed", "You are not allowed to do this.");
    public static readonly ProblemKind ModelNotAllowed = new(ProblemCodes.ModelNotAllowed, 403, "The model is not available", "This model is not part of your plan.", "CB004");
    public static readonly ProblemKind AccountBlocked = new(ProblemCodes.AccountBlocked, 403, "The account is blocked", "Your account is blocked. Please contact support.", "CB002");
    public static readonly ProblemKind QuotaExceeded = new(ProblemCodes.QuotaExceeded, 403, "The plan's quota is used up", "You have reached your plan's storage limit.", "CB013");
    public static readonly ProblemKind NotFound = new(ProblemCodes.NotFound, 404, "Not found", "This no longer exists.", "CB003");
    public static readonly ProblemKind Conflict = new(ProblemCodes.Conflict, 409, "The request conflicts with the current state", "This has changed. Please try again.");
    public static readonly ProblemKind CompletionInProgress = new(ProblemCodes.CompletionInProgress, 409, "An answer is still being written", "Please wait for the answer to finish, or stop it.", "CB005");
    public static readonly ProblemKind IdInUse = new(ProblemCodes.IdInUse, 409, "The id is in use", "This was already saved with other content.", "CB006");
    public static readonly ProblemKind NotAcceptable = new(ProblemCodes.NotAcceptable, 406, "The requested format is not offered", "Something went wrong. Please reload the page.");
    public static readonly ProblemKind PreconditionFailed = new(ProblemCodes.PreconditionFailed, 412, "The resource was changed meanwhile", "This has changed. Please reload it.");
    public static readonly ProblemKind TooLarge = new(ProblemCodes.TooLarge, 413, "The body is too large", "This is too long.");
    public static readonly ProblemKind UnsupportedMediaType = new(ProblemCodes.UnsupportedMediaType, 415, "The body is not of the type that this path takes", "Something went wrong. Please reload the page.");
    public static readonly ProblemKind UnprocessableText = new(ProblemCodes.UnprocessableText, 422, "The text cannot be stored", "The text contains characters that cannot be stored.");
    public static readonly ProblemKind IdempotencyKeyReused = new(ProblemCodes.IdempotencyKeyReused, 422, "The key came before with another body", "This was already sent with other content.", "CB007");
    public static readonly ProblemKind ContentFiltered = new(ProblemCodes.ContentFiltered, 422, "The model's content filter refused the prompt", "This was refused by the content filter.");
    public static readonly ProblemKind ContextTooLong = new(ProblemCodes.ContextTooLong, 422, "The message does not fit into the model's context", "This message is too long for the model.", "CB011");
    public static readonly ProblemKind ProviderKeyRejected = new(ProblemCodes.ProviderKeyRejected, 422, "The provider key was rejected", "Your OpenAI key was rejected. Please check it in the settings.");
    public static readonly ProblemKind RateLimited = new(ProblemCodes.RateLimited, 429, "Too many requests", "Too many requests. Please wait a moment.", "CB008");
    public static readonly ProblemKind TooManyStreams = new(ProblemCodes.TooManyStreams, 429, "Too many answers at once", "Please wait for another answer to finish.", "CB009");
    public static readonly ProblemKind UsageCapExceeded = new(ProblemCodes.UsageCapExceeded, 429, "The usage cap leaves no room", "You have used up your allowance for this period.", "CB010");
    public static readonly ProblemKind InternalError = new(ProblemCodes.InternalError, 500, "An unexpected error", "Something went wrong on our side.");
    public static readonly ProblemKind ModelFailed = new(ProblemCodes.ModelFailed, 502, "The model failed", "The model could not answer. Please try again.");
    public static readonly ProblemKind ModelTimeout = new(ProblemCodes.ModelTimeout, 504, "The model took too long", "The model took too long. Please try again.");
    public static readonly ProblemKind Interrupted = new(ProblemCodes.Interrupted, 502, "The answer was interrupted", "The answer was interrupted. You can continue from here.");
    public static readonly ProblemKind Unavailable = new(ProblemCodes.Unavailable, 503, "Temporarily unavailable", "The service is temporarily unavailable. Please try again in a moment.");

    public static IReadOnlyList<ProblemKind> All { get; } =
    [
        InvalidJson, InvalidRequest, Unauthenticated, Forbidden, ModelNotAllowed, AccountBlocked, QuotaExceeded, NotFound, NotAcceptable, Conflict,
        CompletionInProgress, IdInUse, PreconditionFailed, TooLarge, UnsupportedMediaType, UnprocessableText, IdempotencyKeyReused,
        ContentFiltered, ContextTooLong, ProviderKeyRejected, RateLimited, TooManyStreams, UsageCapExceeded, InternalError, ModelFailed,
        Interrupted, ModelTimeout, Unavailable,
    ];

    public static ProblemKind? OfSqlState(string sqlState) => All.FirstOrDefault(kind => kind.SqlState == sqlState);

    public static ProblemKind? OfCode(string code) => All.FirstOrDefault(kind => kind.Code == code);
}
