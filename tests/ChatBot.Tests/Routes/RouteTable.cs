using System.Text.RegularExpressions;
using ChatBot.Functions;
using Microsoft.AspNetCore.Authorization;

namespace ChatBot.Tests.Routes;

/// <summary>The routes as the program maps them.</summary>
internal static class RouteTable
{
    public static IReadOnlyList<RouteEndpoint> Endpoints => ChatBotApp.Functions.Endpoints;

    /// <summary>Method and pattern, which name a route.</summary>
    public static string Describe(RouteEndpoint endpoint) => $"{Method(endpoint)} {endpoint.RoutePattern.RawText}";

    public static RouteEndpoint Find(string description) => Endpoints.Single(e => Describe(e) == description);

    public static HttpMethod Method(RouteEndpoint endpoint) => HttpMethod.Parse(endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods.Single());

    public static string? Name(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName;

    public static bool IsForAnyone(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;

    /// <summary>The path with these values in it; what is not given is an id that nothing has.</summary>
    public static string Path(RouteEndpoint endpoint, params (string Name, string Value)[] values)
    {
        var path = endpoint.RoutePattern.RawText!;
        foreach (var parameter in endpoint.RoutePattern.Parameters.Select(p => p.Name))
        {
            var value = values.FirstOrDefault(v => v.Name == parameter).Value ?? Guid.NewGuid().ToString();
            path = Regex.Replace(path, $"{{{parameter}(:[^}}]+)?}}", value);
        }

        return path;
    }
}
