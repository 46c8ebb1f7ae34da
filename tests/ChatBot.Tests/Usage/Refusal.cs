using System.Text.Json.Nodes;
using Npgsql;
using Xunit;

namespace ChatBot.Tests.Usage;

/// <summary>What was refused, and the facts that the problem shows.</summary>
public sealed record Refusal(string SqlState, JsonObject Facts)
{
    public const string Cap = "CB010";

    public string? CapName => (string?)Facts["cap"];

    public static async Task<Refusal> Of(Func<Task> work)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(work);
        Assert.True(refused.SqlState.StartsWith("CB", StringComparison.Ordinal), refused.ToString());
        return new Refusal(refused.SqlState, JsonNode.Parse(refused.Hint!)!.AsObject());
    }

    /// <summary>The cap in the way.</summary>
    public static async Task<JsonObject> OfCap(string cap, Func<Task> work)
    {
        var refusal = await Of(work);
        Assert.Equal((Cap, cap), (refusal.SqlState, refusal.CapName));
        return refusal.Facts;
    }
}
