using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Local;
using ChatBot.Tests.Routes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Account;

/// <summary>A token outlives its account for as long as an hour.</summary>
public sealed class ErasedAccountTests(TestStack stack)
{
    /// <summary>How the erasure itself is getting on can be asked to the end.</summary>
    public static TheoryData<string> Guarded =>
        [.. RouteTable.Endpoints.Where(e => !RouteTable.IsForAnyone(e) && RouteTable.Name(e) != "GetOperation").Select(RouteTable.Describe)];

    [Theory]
    [MemberData(nameof(Guarded))]
    public async Task The_token_of_an_erased_account_is_refused_on_each_route(string route)
    {
        var id = Guid.NewGuid();
        await stack.Execute("insert into auth.users (id, email) values ($1, $2)", id, $"{id:N}@example.com");
        var token = stack.Local.Tokens.Mint(new AccessToken(id) { AppMetadata = new JsonObject { ["chatbot_role"] = "billing" } });
        var user = new TestUser(id, token, stack.Program.Address);
        var chat = await user.NewChat();
        var message = (string)(await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["content"] = "Hello" })).Is(HttpStatusCode.Created)["id"]!;
        await user.Erase();

        var endpoint = RouteTable.Find(route);
        var path = RouteTable.Path(endpoint, ("chatId", chat), ("messageId", message), ("month", "2026-01"));
        var isBill = RouteTable.Name(endpoint) == "ReconcileBill";
        var hasBody = RouteTable.Method(endpoint) != HttpMethod.Get && RouteTable.Method(endpoint) != HttpMethod.Delete;

        var answer = await user.SendRaw(
            RouteTable.Method(endpoint),
            isBill ? $"{path}?provider=azure" : path,
            hasBody ? HostileBodies.Of(RouteTable.Name(endpoint)!) : null,
            isBill ? [("Content-Type", "text/csv")] : []);

        answer.IsProblem(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Fact]
    public async Task An_account_that_is_being_erased_is_of_no_use_but_for_going_on_with_it()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        await stack.Execute("insert into chatbot.erasures (user_id) values ($1)", user.Id);

        (await user.Get($"/api/chats/{chat}")).IsProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        (await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody("Hello"))).IsProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        await user.Erase();
        (await user.Delete("/api/me")).IsProblem(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Fact]
    public async Task The_token_of_an_account_that_was_deleted_elsewhere_is_refused_too()
    {
        var user = await stack.NewUser();
        await stack.Execute("delete from auth.users where id = $1", user.Id);

        (await user.Get("/api/chats")).IsProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        (await user.Get("/api/usage")).IsProblem(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Fact]
    public async Task No_title_is_called_for_on_behalf_of_an_account_that_is_being_erased()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        await stack.Execute("insert into chatbot.erasures (user_id) values ($1)", user.Id);

        var maxOutput = await stack.Scalar<int?>(
            "select chatbot.begin_background_completion(gen_random_uuid(), $1, $2, 'title', 'gpt-4o', 40, 100, 64, interval '1 minute', interval '20 seconds')",
            user.Id, Guid.Parse(chat));

        Assert.Null(maxOutput);
        Assert.Equal(0L, await stack.Scalar<long>("select count(*) from billing.usage_periods where user_id = $1", user.Id));
    }

    [Fact]
    public async Task A_token_of_the_service_belongs_to_no_account()
    {
        var token = stack.Local.Tokens.Mint(new AccessToken(Guid.NewGuid()) { Role = "service_role" });

        (await new TestUser(Guid.Empty, token, stack.Program.Address).Get("/api/billing/plans")).Is(HttpStatusCode.OK);
    }
}
