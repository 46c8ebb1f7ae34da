using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace ChatBot.Tests.Stack;

/// <summary>An answer that has come in whole.</summary>
public sealed record ApiResponse(HttpStatusCode Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    /// <summary>The text of a member of the body.</summary>
    public string? this[string member] => Json[member]?.ToString();

    public ApiResponse Is(HttpStatusCode status)
    {
        Assert.True(Status == status, $"Expected {(int)status}, got {(int)Status}: {Body}");
        return this;
    }

    /// <summary>Asserts that it is a whole problem with this code.</summary>
    public JsonNode IsProblem(HttpStatusCode status, string code)
    {
        Is(status);
        Assert.Equal("application/problem+json", Headers["Content-Type"]);
        var problem = Json;
        Assert.Equal(code, (string?)problem["code"]);
        Assert.Equal((int)status, (int?)problem["status"]);
        foreach (var member in (string[])["type", "title", "detail", "toast", "traceId"])
        {
            Assert.False(string.IsNullOrEmpty((string?)problem[member]), $"The problem has no {member}: {Body}");
        }

        return problem;
    }
}
