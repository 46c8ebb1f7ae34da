using ChatBot.Functions;
using ChatBot.Tests.Routes;
using Microsoft.AspNetCore.Routing.Patterns;
using Xunit;

namespace ChatBot.Tests.Hosting;

public sealed class FunctionTableTests
{
    /// <summary>
    /// A Functions host tries routes in the order of functions' names, not by how specific they are: a parameter must never stand where another
    /// route has a word.
    /// </summary>
    [Fact]
    public void No_two_routes_overlap()
    {
        var routes = ChatBotApp.Functions.Endpoints
            .Select(e => (Method: RouteTable.Method(e), e.RoutePattern.PathSegments, e.DisplayName))
            .ToList();

        Assert.NotEmpty(routes);
        Assert.All(
            from a in routes
            from b in routes
            where a != b && a.Method == b.Method && a.PathSegments.Count == b.PathSegments.Count
            select (a, b),
            pair => Assert.False(pair.a.PathSegments.Zip(pair.b.PathSegments).All(Match), $"{pair.a.DisplayName} and {pair.b.DisplayName}"));
    }

    [Fact]
    public void Each_function_is_named_once() =>
        Assert.Equal(Names().Count(), Names().Distinct(StringComparer.OrdinalIgnoreCase).Count());

    private static bool Match((RoutePatternPathSegment A, RoutePatternPathSegment B) segments) =>
        (segments.A.Parts[0], segments.B.Parts[0]) is not (RoutePatternLiteralPart a, RoutePatternLiteralPart b) || a.Content == b.Content;

    private static IEnumerable<string> Names() =>
    [
        .. ChatBotApp.Functions.Endpoints.Select(e => e.DisplayName!),
        .. ChatBotApp.Functions.Queues.Select(f => f.Name),
        .. ChatBotApp.Functions.Timers.Select(f => f.Name),
    ];
}
