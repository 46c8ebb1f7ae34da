namespace ChatBot.Shared;

/// <summary>Answer of <c>GET /api/health</c> and <c>GET /api/health/ready</c>.</summary>
/// <param name="Status"><c>ok</c>.</param>
/// <param name="Version">Of the program.</param>
/// <param name="Commit">The git commit that it was built of; null where the build did not know.</param>
public sealed record Health(string Status, string Version, string? Commit);
