using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.EndToEndTests.Worker;

[Collection(typeof(WorkerCollection))]
public sealed class HttpTests(RunningWorker worker)
{
    // More than a connection holds on its way, and less than is drained.
    private const int LargeBody = 3_000_000;

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_with_a_whole_problem()
    {
        var user = await worker.NewUser();

        using var body = new ByteArrayContent(new byte[LargeBody]) { Headers = { { "Content-Type", "application/json" } } };

        (await user.SendContent(HttpMethod.Post, "/api/chats", body)).IsProblem(HttpStatusCode.RequestEntityTooLarge, "too_large");
    }

    [Fact]
    public async Task A_request_without_a_token_is_refused_before_its_body_is_read()
    {
        var nobody = new TestUser(Guid.Empty, "", worker.Address);

        (await nobody.SendRaw(HttpMethod.Post, "/api/chats", new string(' ', LargeBody), [])).IsProblem(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Fact]
    public async Task The_platform_answers_preflights_and_names_the_origin_while_the_program_names_the_headers()
    {
        var user = await worker.NewUser();
        var nobody = new TestUser(Guid.Empty, "", worker.Address);

        var preflight = await nobody.Send(HttpMethod.Options, "/api/chats", null, [("Origin", RunningWorker.Origin), ("Access-Control-Request-Method", "POST")]);
        var foreign = await nobody.Send(HttpMethod.Options, "/api/chats", null, [("Origin", "https://evil.example"), ("Access-Control-Request-Method", "POST")]);
        var answer = await user.Post("/api/chats", new JsonObject { ["title"] = "A chat" }, ("Origin", RunningWorker.Origin));

        Assert.Equal(RunningWorker.Origin, preflight.Is(HttpStatusCode.NoContent).Headers["Access-Control-Allow-Origin"]);
        Assert.False(foreign.Headers.ContainsKey("Access-Control-Allow-Origin"));
        Assert.Equal(RunningWorker.Origin, answer.Is(HttpStatusCode.Created).Headers["Access-Control-Allow-Origin"]);
        Assert.Contains("x-message-id", answer.Headers["Access-Control-Expose-Headers"], StringComparison.Ordinal);
        Assert.Contains("Origin", answer.Headers["Vary"], StringComparison.Ordinal);
        Assert.StartsWith("/api/chats/", answer.Headers["Location"], StringComparison.Ordinal);
        Assert.NotEmpty(answer.Headers["ETag"]);
    }

    [Fact]
    public async Task A_response_that_fails_midway_breaks_off_and_does_not_look_whole()
    {
        // More than is on its way while its reader does not read.
        await Execute(
            """
            insert into billing.usage_periods (user_id, period_start, period_end, tokens)
            select gen_random_uuid(), '2031-01-01Z', '2031-02-01Z', 1
            from generate_series(1, 200000)
            """);
        using var response = await worker.Billing().Open(
            HttpMethod.Get, "/api/billing/periods/2031-01?format=json", null, [], HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await body.ReadExactlyAsync(new byte[1000], TestContext.Current.CancellationToken);

        await Execute("alter table billing.usage_periods rename to usage_periods_away");
        try
        {
            await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken));
        }
        finally
        {
            await Execute("alter table billing.usage_periods_away rename to usage_periods");
        }
    }

    [Fact]
    public async Task Answers_without_a_body_arrive_as_they_are()
    {
        var user = await worker.NewUser();
        var chat = await StreamingTests.NewChat(user);

        Assert.Equal("", (await user.Get($"/api/chats/{chat}/stream")).Is(HttpStatusCode.NoContent).Body);
        Assert.Equal("", (await user.Delete($"/api/chats/{chat}")).Is(HttpStatusCode.NoContent).Body);
        (await user.Get($"/api/chats/{chat}")).IsProblem(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Problems_carry_the_trace_that_the_client_named()
    {
        var nobody = new TestUser(Guid.Empty, "", worker.Address);

        var problem = (await nobody.Get("/api/chats", ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))).IsProblem(HttpStatusCode.Unauthorized, "unauthenticated");

        Assert.Equal("0af7651916cd43dd8448eb211c80319c", (string?)problem["traceId"]);
    }

    private async Task Execute(string sql)
    {
#pragma warning disable CA2100 // The statements are the tests' own.
        await using var command = worker.Database.CreateCommand(sql);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
