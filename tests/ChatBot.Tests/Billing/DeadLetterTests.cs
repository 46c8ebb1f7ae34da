using System.Net;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Billing;

public sealed class DeadLetterTests(TestStack stack)
{
    [Fact]
    public async Task A_dead_letter_is_listed_and_driven_to_its_queue_again()
    {
        var forgotten = await HalfCompletion.Begin(stack);
        Assert.True(await forgotten.Finish(new(10, 0, 2, 0)));
        var letter = await stack.Scalar<Guid>(
            """
            insert into chatbot.dead_letters (queue, message_id, body, attempts)
            values ('assistant-messages-poison', $1, $2, 5)
            returning id
            """,
            Guid.NewGuid().ToString(),
            $$"""{"version":1,"completionId":"{{forgotten.Id}}"}""");

        var listed = (await stack.Finance().Get("/api/billing/dead-letters?limit=100")).Is(HttpStatusCode.OK).Json["items"]!.AsArray();
        var redriven = (await stack.Finance().Post($"/api/billing/dead-letters/{letter}/redrive", null)).Is(HttpStatusCode.OK).Json;

        await stack.WaitUntilRecorded(forgotten.Id);
        Assert.Null(Assert.Single(listed, l => (Guid)l!["id"]! == letter)!["redrivenAt"]);
        Assert.NotNull(redriven["redrivenAt"]);
        (await stack.Finance().Post($"/api/billing/dead-letters/{Guid.NewGuid()}/redrive", null)).IsProblem(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task The_list_goes_on_where_its_last_page_ended()
    {
        await stack.Execute(
            "insert into chatbot.dead_letters (queue, message_id, body) select 'usage-events-poison', gen_random_uuid()::text, 'x' from generate_series(1, 3)");

        var first = (await stack.Finance().Get("/api/billing/dead-letters?limit=2")).Is(HttpStatusCode.OK).Json;
        var second = (await stack.Finance().Get($"/api/billing/dead-letters?limit=2&cursor={first["nextCursor"]}")).Is(HttpStatusCode.OK).Json;

        Assert.Equal(2, first["items"]!.AsArray().Count);
        Assert.Empty(first["items"]!.AsArray().Select(l => (string?)l!["id"]).Intersect(second["items"]!.AsArray().Select(l => (string?)l!["id"])));
        (await stack.Finance().Get("/api/billing/dead-letters?cursor=x")).IsProblem(HttpStatusCode.BadRequest, "invalid_request");
    }
}
