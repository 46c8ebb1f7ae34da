using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Database;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Preferences;

public sealed class ProviderKeyTests(TestStack stack)
{
    private const string Path = "/api/preferences/openai-key";
    private const string Key = "sk-proj-0123456789abcdef-wxyz";

    [Fact]
    public async Task A_key_is_verified_stored_and_shown_by_its_last_four()
    {
        var user = await stack.NewUser();

        var answer = await Put(user, Key);

        Assert.Equal("wxyz", answer["lastFour"]);
        Assert.True((bool)answer.Json["readable"]!);
        Assert.InRange(DateTimeOffset.UtcNow - (DateTimeOffset)answer.Json["lastVerifiedAt"]!, TimeSpan.FromMinutes(-1), TimeSpan.FromMinutes(1));
        var preferences = (await user.Get("/api/preferences")).Is(HttpStatusCode.OK);
        Assert.Equal(answer.Json.ToJsonString(), preferences.Json["openaiKey"]!.ToJsonString());
        Assert.DoesNotContain(Key[..12], answer.Body + preferences.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_can_be_replaced_and_deleted()
    {
        var user = await stack.NewUser();
        await Put(user, Key);

        Assert.Equal("9999", (await Put(user, "sk-proj-another-key-that-ends-in-9999"))["lastFour"]);
        Assert.Equal(1L, await stack.Scalar<long>("select count(*) from chatbot.provider_keys where user_id = $1", user.Id));
        (await user.Delete(Path)).Is(HttpStatusCode.NoContent);

        Assert.Null((await user.Get("/api/preferences")).Json["openaiKey"]);
        Assert.Equal(0L, await stack.Scalar<long>("select count(*) from chatbot.provider_keys where user_id = $1", user.Id));
        (await user.Delete(Path)).IsProblem(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task A_key_that_the_provider_refuses_is_not_stored()
    {
        var user = await stack.NewUser();
        await Put(user, Key);

        var refused = await user.Put(Path, new JsonObject { ["key"] = "sk-bad-0123456789abcdef" });

        var problem = refused.IsProblem(HttpStatusCode.UnprocessableEntity, "provider_key_rejected");
        Assert.DoesNotContain("sk-bad", problem.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("wxyz", (string?)(await user.Get("/api/preferences")).Json["openaiKey"]!["lastFour"]);
    }

    [Fact]
    public async Task A_key_is_not_stored_while_the_provider_cannot_be_asked()
    {
        await using var program = await stack.StartWithoutTriggers(("OpenAI__Endpoint", "http://127.0.0.1:1/v1"));
        var user = await stack.NewUser(program);

        var answer = await user.Put(Path, new JsonObject { ["key"] = Key });

        answer.IsProblem(HttpStatusCode.ServiceUnavailable, "unavailable");
        Assert.NotEmpty(answer.Headers["Retry-After"]);
        Assert.Null((await user.Get("/api/preferences")).Json["openaiKey"]);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"key":null}""")]
    [InlineData("""{"key":""}""")]
    [InlineData("""{"key":"sk-too-short-012345"}""")]
    [InlineData("""{"key":"LONG"}""")]
    [InlineData("""{"key":"sk-with space-0123456789"}""")]
    [InlineData("""{"key":"sk-line-0123456789abc\n"}""")]
    [InlineData("""{"key":"sk-with-é-0123456789abcdef"}""")]
    public async Task What_has_not_the_form_of_a_key_is_refused_without_being_repeated(string body)
    {
        var user = await stack.NewUser();

        var problem = (await user.SendRaw(HttpMethod.Put, Path, body.Replace("LONG", new string('k', 501), StringComparison.Ordinal), []))
            .IsProblem(HttpStatusCode.BadRequest, "invalid_request");

        Assert.Equal(["key"], problem["errors"]!.AsObject().Select(e => e.Key));
        Assert.DoesNotContain("sk-", problem.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(500)]
    public async Task A_key_may_have_20_to_500_characters(int length)
    {
        var user = await stack.NewUser();

        await Put(user, "sk-" + new string('k', length - 3));
        await user.Send(await user.NewChat(), "Hello");

        Assert.Equal("own_key", await stack.Scalar<string>("select payer from chatbot.completions where user_id = $1", user.Id));
    }
    private static async Task<ApiResponse> Put(TestUser user, string key) => (await user.Put(Path, new JsonObject { ["key"] = key })).Is(HttpStatusCode.OK);
}
