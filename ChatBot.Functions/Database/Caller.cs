namespace ChatBot.Functions.Database;

/// <summary>On whose behalf a statement runs: the role it takes and the claims that row level security reads.</summary>
/// <param name="IsErasing">Whether it erases the caller's account, which nothing else may use from then on.</param>
public sealed record Caller(string Role, string Claims, bool IsErasing = false)
{
    public const string UserRole = "authenticated";

    /// <summary>The program itself, in queue and timer functions: row level security lets it pass.</summary>
    public static Caller Service { get; } = new("service_role", """{"role":"service_role"}""");

    /// <summary>The owner of an account that is being erased, who need not ask any more.</summary>
    public static Caller Erasing(Guid userId) => new(UserRole, $$"""{"sub":"{{userId}}","role":"authenticated"}""", IsErasing: true);
}
