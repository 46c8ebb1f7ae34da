namespace ChatBot.Functions.Database;

/// <summary>On whose behalf a statement runs: the role it takes and the claims that row level security reads.</summary>
public sealed record Caller(string Role, string Claims)
{
    /// <summary>The program itself, in queue and timer functions: row level security lets it pass.</summary>
    public static Caller Service { get; } = new("service_role", """{"role":"service_role"}""");
}
