using System.Net;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.EndToEndTests.Worker;

[Collection(typeof(WorkerCollection))]
public sealed class RouteTests(RunningWorker worker)
{
    private static readonly string[] s_methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    private static readonly string[] s_public = ["GetHealth", "GetReadiness"];

    private readonly TestUser _nobody = new(Guid.Empty, "", worker.Address);

    public static IEnumerable<TheoryDataRow<string>> Functions => HttpRoute.All.Select(route => new TheoryDataRow<string>(route.Function));

    public static IEnumerable<TheoryDataRow<string, string>> OtherMethods =>
        from templates in HttpRoute.All.GroupBy(route => route.Template)
        from method in s_methods.Except(templates.Select(route => route.Method))
        select new TheoryDataRow<string, string>(method, templates.First().Path);

    [Theory]
    [MemberData(nameof(Functions))]
    public async Task Every_function_but_those_of_health_refuses_anonymous_requests(string function)
    {
        var route = HttpRoute.All.Single(r => r.Function == function);

        var answer = await _nobody.Send(new(route.Method), route.Path, null, []);

        if (s_public.Contains(function))
        {
            answer.Is(HttpStatusCode.OK);
        }
        else
        {
            answer.IsProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        }
    }

    [Theory]
    [MemberData(nameof(OtherMethods))]
    public async Task A_method_that_no_function_has_is_the_hosts_404(string method, string path) =>
        Assert.Equal("", (await _nobody.Send(new(method), path, null, [])).Is(HttpStatusCode.NotFound).Body);

    [Theory]
    [InlineData("HEAD", "/api/health")]
    [InlineData("OPTIONS", "/api/health")]
    [InlineData("GET", "/")]
    [InlineData("GET", "/api/nothing")]
    [InlineData("GET", "/api/billing/users/no-uuid/usage")]
    public async Task What_no_function_is_for_is_the_hosts_404(string method, string path) =>
        Assert.Equal("", (await _nobody.Send(new(method), path, null, [])).Is(HttpStatusCode.NotFound).Body);
}
