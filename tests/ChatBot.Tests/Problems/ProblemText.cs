using System.Text.Json.Nodes;
using Xunit;

namespace ChatBot.Tests.Problems;

/// <summary>A problem's body without what differs from one request to the next.</summary>
internal static class ProblemText
{
    public static string Comparable(JsonNode problem)
    {
        var copy = problem.DeepClone().AsObject();
        Assert.True(copy.Remove("traceId"));
        Assert.True(copy.Remove("instance"));
        return copy.ToJsonString();
    }
}
