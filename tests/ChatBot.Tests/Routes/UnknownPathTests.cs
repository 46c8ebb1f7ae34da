using System.Net;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Routes;

public sealed class UnknownPathTests(TestStack stack)
{
    [Theory]
    [InlineData("/api")]
    [InlineData("/api/")]
    [InlineData("/api/nothing")]
    [InlineData("/chats")]
    [InlineData("/favicon.ico")]
    [InlineData("/api/chats/a/b/c/d")]
    [InlineData("/PersistAssistantMessage")]
    public async Task A_path_that_is_not_mapped_is_not_found_for_everyone(string path)
    {
        var user = await stack.NewUser();
        var nobody = new TestUser(Guid.Empty, "", stack.Program.Address);

        var problem = (await user.Get(path)).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await nobody.Post(path, null)).IsProblem(HttpStatusCode.NotFound, "not_found");
        Assert.Null(problem["operation"]);
    }

    [Theory]
    [InlineData("PUT", "/api/chats")]
    [InlineData("POST", "/api/chats/x")]
    [InlineData("DELETE", "/api/preferences")]
    [InlineData("OPTIONS", "/api/chats")]
    [InlineData("PURGE", "/api/chats")]
    public async Task A_method_that_a_path_does_not_have_is_a_problem_that_names_those_it_has(string method, string path)
    {
        var user = await stack.NewUser();

        var answer = await user.Send(new HttpMethod(method), path, null, []);

        answer.IsProblem(HttpStatusCode.NotFound, "not_found");
        Assert.Contains(answer.Headers["Allow"].Split(", "), allowed => allowed is "GET" or "PATCH");
    }

    [Fact]
    public async Task A_head_request_is_answered_without_a_body()
    {
        var user = await stack.NewUser();

        var answer = await user.Send(HttpMethod.Head, "/api/chats", null, []);

        Assert.Equal("", answer.Is(HttpStatusCode.NotFound).Body);
    }
}
