using System.Net;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Problems;

public sealed class RateLimitTests(TestStack stack)
{
    [Fact]
    public async Task Who_sends_too_fast_is_told_when_to_go_on()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        await stack.Execute("insert into billing.user_plans (user_id, plan_id, requests_per_minute) values ($1, 'free', 1)", user.Id);
        await user.Send(chat, "Hello");

        var answer = await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("Hello again"));

        answer.IsProblem(HttpStatusCode.TooManyRequests, "rate_limited");
        var wait = int.Parse(answer.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(wait, 1, 60);
        Assert.Equal("\"rate_limited\";q=1;w=60", answer.Headers["RateLimit-Policy"]);
        Assert.Equal($"\"rate_limited\";r=0;t={wait}", answer.Headers["RateLimit"]);
    }

    [Fact]
    public async Task Who_is_at_the_cap_is_told_what_is_left_and_when_it_resets()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        await stack.Execute("insert into billing.user_plans (user_id, plan_id, token_cap) values ($1, 'free', 5)", user.Id);

        var answer = await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("Hello"));

        var problem = answer.IsProblem(HttpStatusCode.TooManyRequests, "usage_cap_exceeded");
        Assert.Equal("tokens", (string?)problem["cap"]);
        Assert.Equal(5, (int?)problem["limit"]);
        Assert.Equal(5, (int?)problem["wouldFit"]);
        Assert.NotNull(problem["resetsAt"]);
        Assert.Equal("\"usage_cap_exceeded\";q=5", answer.Headers["RateLimit-Policy"]);
        Assert.StartsWith("\"usage_cap_exceeded\";r=5;t=", answer.Headers["RateLimit"], StringComparison.Ordinal);
        Assert.NotEmpty(answer.Headers["Retry-After"]);
    }
}
