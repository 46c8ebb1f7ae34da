namespace ChatBot.Shared;

/// <summary>Answer of <c>GET /api/health</c> and <c>GET /api/health/ready</c>.</summary>
/// <param name="Status"><c>ok</c>.</param>
/// <param name="Version">Of the program.</param>
public sealed record Health(string Status, string Version);
