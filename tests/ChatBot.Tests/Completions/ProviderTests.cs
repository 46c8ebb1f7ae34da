using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Completions;

public sealed class ProviderTests(TestStack stack)
{
    [Fact]
    public async Task A_model_at_azure_is_called_by_its_deployment()
    {
        await using var program = await stack.StartProgram(
            ("Models__0__Name", "gpt-4o"), ("Models__0__Provider", "azure"), ("Models__0__Deployment", "chat-prod"));
        var user = await stack.NewUser(program);
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();

        var stream = await user.Send(chat, $"{marker} [[tokens=12]]");

        var call = stack.CallOf(marker);
        Assert.Equal(("azure", "chat-prod"), (call.Path, call.Model));
        Assert.Equal(call.SentText, stream.Text);
    }

    [Fact]
    public async Task A_users_own_key_is_used_and_costs_the_platform_nothing()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();
        (await user.Put("/api/preferences/openai-key", new JsonObject { ["key"] = "sk-own-0123456789abcdef-wxyz" })).Is(HttpStatusCode.OK);

        var stream = await user.Send(chat, $"{marker} [[tokens=12]]");
        await stack.WaitUntilRecorded(stream.MessageId);

        var call = stack.CallOf(marker);
        Assert.Equal("wxyz", call.KeyLast4);
        var usage = (await user.Get("/api/usage")).Json;
        Assert.Equal(0, (int)usage["tokens"]!["used"]!);
        Assert.Equal(0, (decimal)usage["cost"]!["used"]!);
        Assert.Equal(call.PromptTokens + 12, (int)usage["ownKeyTokens"]!["used"]!);
        Assert.Equal("own_key", await stack.Scalar<string>("select payer from billing.usage_events where user_id = $1", user.Id));
    }

    [Fact]
    public async Task An_own_key_that_the_provider_no_longer_takes_is_named_as_the_reason()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        (await user.Put("/api/preferences/openai-key", new JsonObject { ["key"] = "sk-own-0123456789abcdef" })).Is(HttpStatusCode.OK);

        (await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("Go. [[status=401]]"))).IsProblem(HttpStatusCode.UnprocessableEntity, "provider_key_rejected");
    }

    [Fact]
    public async Task The_model_is_the_one_asked_for_else_the_chats_else_the_users()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var (defaultValue, byUser, byChat, asked) = (Marker(), Marker(), Marker(), Marker());

        await user.Send(chat, defaultValue);
        (await user.Patch("/api/preferences", new JsonObject { ["openaiSettings"] = new JsonObject { ["preferred_model"] = "gpt-4o-mini" } })).Is(HttpStatusCode.OK);
        await user.Send(chat, byUser);
        (await user.Patch($"/api/chats/{chat}", new JsonObject { ["model"] = "gpt-4.1" })).Is(HttpStatusCode.OK);
        await user.Send(chat, byChat);
        var body = StackExtensions.SendBody(asked);
        body["model"] = "gpt-4.1-nano";
        await user.Post($"/api/chats/{chat}/stream", body);

        Assert.Equal(
            ["gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-nano"],
            new[] { defaultValue, byUser, byChat, asked }.Select(marker => stack.CallOf(marker).Model));
    }

    [Fact]
    public async Task A_model_that_the_plan_does_not_allow_is_refused_and_not_listed()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        var plan = $"p{user.Id:N}";
        await stack.Execute("insert into billing.plans (id, name, models_allowed) values ($1, 'Mini', '{gpt-4o-mini}')", plan);
        await stack.Execute("insert into billing.user_plans (user_id, plan_id) values ($1, $2)", user.Id, plan);

        var body = StackExtensions.SendBody("Hi");
        body["model"] = "gpt-4o";
        (await user.Post($"/api/chats/{chat}/stream", body)).IsProblem(HttpStatusCode.Forbidden, "model_not_allowed");

        Assert.Equal(["gpt-4o-mini"], (await user.Get("/api/models")).Json["items"]!.AsArray().Select(m => (string)m!["name"]!));
    }

    [Fact]
    public async Task A_model_without_a_price_is_neither_listed_nor_called()
    {
        await using var program = await stack.StartProgram(("Models__0__Name", "gpt-4o"), ("Models__1__Name", "unpriced"));
        var user = await stack.NewUser(program);
        var chat = await user.NewChat();

        var body = StackExtensions.SendBody("Hi");
        body["model"] = "unpriced";
        (await user.Post($"/api/chats/{chat}/stream", body)).IsProblem(HttpStatusCode.Forbidden, "model_not_allowed");

        Assert.Equal(["gpt-4o"], (await user.Get("/api/models")).Json["items"]!.AsArray().Select(m => (string)m!["name"]!));
    }

    private static string Marker() => $"{Guid.NewGuid()} [[tokens=3]]";
}
