namespace ChatBot.Local;

/// <summary>The key that a call to the model comes with, in either provider's header.</summary>
internal static class ModelKey
{
    private const string Bearer = "Bearer ";

    public static string? Of(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        var key = authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim() : request.Headers["api-key"].ToString();
        return key.Length == 0 ? null : key;
    }

    /// <summary>Null for a key that is accepted.</summary>
    public static ModelError? Refusal(string? key) =>
        key is null ? ModelError.NoKey
        : key.StartsWith("sk-bad", StringComparison.Ordinal) ? ModelError.BadKey
        : null;
}
