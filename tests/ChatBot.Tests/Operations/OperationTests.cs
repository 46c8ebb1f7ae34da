using System.Net;
using ChatBot.Functions.Account;
using ChatBot.Functions.Billing;
using ChatBot.Functions.Operations;
using ChatBot.Tests.Account;
using ChatBot.Tests.Billing;
using ChatBot.Tests.Database;
using ChatBot.Tests.Stack;
using Microsoft.DurableTask.Client;
using Npgsql;
using Xunit;

namespace ChatBot.Tests.Operations;

public sealed class OperationTests(TestStack stack)
{
    [Fact]
    public async Task An_erasure_tells_its_owner_what_it_erased_also_afterwards_and_nobody_else()
    {
        var (user, stranger) = (await stack.NewUser(), await stack.NewUser());
        var chat = await user.NewChat();
        await stack.WaitUntilRecorded((await user.Send(chat, "Hello [[tokens=3]]")).MessageId);
        await user.NewChat();

        var operation = await user.Erase();

        Assert.Equal("erase_account", operation["kind"]);
        var progress = operation.Json["progress"]!;
        Assert.Equal((2, 2, 1, 1), ((int)progress["chats"]!, (int)progress["messages"]!, (int)progress["periods"]!, (int)progress["usageEvents"]!));
        Assert.NotNull(operation["finishedAt"]);
        var path = $"/api/operations/{operation["id"]}";
        (await user.Get(path)).Is(HttpStatusCode.OK);
        (await stranger.Get(path)).IsProblem(HttpStatusCode.NotFound, "not_found");
        (await stack.Finance().Get($"/api/billing/operations/{operation["id"]}")).Is(HttpStatusCode.OK);
        (await stack.Finance().Get("/api/billing/operations/erase-account-0")).IsProblem(HttpStatusCode.NotFound, "not_found");
        Assert.DoesNotContain(user.Id.ToString(), operation.Body, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task An_erasure_that_is_begun_twice_is_one()
    {
        // Nobody does it: nobody listens to its task hub.
        await using var program = await stack.StartWithoutTriggers();
        var user = await stack.NewUser(program);

        var first = (await user.Delete("/api/me")).Is(HttpStatusCode.Accepted);
        var second = (await user.Delete("/api/me")).Is(HttpStatusCode.Accepted);

        Assert.Equal(first["id"], second["id"]);
        Assert.Equal("running", second["status"]);
        Assert.Equal(first.Headers["Location"], $"/api/operations/{second["id"]}");
    }

    [Fact]
    public async Task What_could_not_be_started_is_started_by_the_timer_once_it_shows_no_sign_of_life()
    {
        await using var hub = await TestTaskHub.Start(stack);
        await using var database = await OwnDatabase.Create(stack, hub.Settings);
        await using var cutOff = await database.StartProgram(TestTaskHub.None);
        var user = (await database.NewUser()).At(cutOff.Address);
        var path = (await user.Delete("/api/me")).Is(HttpStatusCode.Accepted).Headers["Location"];
        await database.Execute("update chatbot.operations set due_at = now()");

        await database.RunOperations();

        Assert.Equal("completed", (await user.Get(path)).Is(HttpStatusCode.OK)["status"]);
    }

    [Fact]
    public async Task A_program_of_another_database_does_not_take_an_operation_for_done()
    {
        await using var database = await OwnDatabase.Create(stack);
        var part = new OperationPart("erase-account-of-another-database");

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => database.Program.Services.GetRequiredService<EraseAccount>().EraseNextPart(part, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<PostgresException>(
            () => database.Program.Services.GetRequiredService<ClosePeriod>().CloseNextPart(part, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Operations_are_listed_newest_first()
    {
        await using var database = await OwnDatabase.Create(stack);
        var finance = database.Finance();
        await database.Execute(
            """
            insert into chatbot.operations (id, kind, created_at, finished_at)
            select 'close-period-2031-0' || n, 'close_period', timestamptz '2031-01-01Z' + make_interval(days => n), now()
            from generate_series(1, 3) n
            """);

        var first = (await finance.Get("/api/billing/operations?limit=2")).Is(HttpStatusCode.OK).Json;
        var second = (await finance.Get($"/api/billing/operations?limit=2&cursor={first["nextCursor"]}")).Is(HttpStatusCode.OK).Json;

        Assert.Equal(["close-period-2031-03", "close-period-2031-02"], first["items"]!.AsArray().Select(o => (string)o!["id"]!));
        Assert.Equal(["close-period-2031-01"], second["items"]!.AsArray().Select(o => (string)o!["id"]!));
        Assert.Null(second["nextCursor"]);
    }

    [Fact]
    public async Task An_orchestration_begins_anew_before_it_remembers_much()
    {
        await using var hub = await TestTaskHub.Start(stack);
        await using var database = await OwnDatabase.Create(stack, hub.Settings);
        var user = await database.NewUser();
        // More periods than an orchestration does in one go.
        await database.UseInThePast(user.Id, months: 130);

        var progress = (await user.Erase()).Json["progress"]!;

        Assert.Equal((130, 130), ((int)progress["periods"]!, (int)progress["usageEvents"]!));
    }

    [Fact]
    public async Task What_finished_a_month_ago_is_forgotten_and_what_runs_is_not()
    {
        await using var hub = await TestTaskHub.Start(stack);
        await using var database = await OwnDatabase.Create(stack, hub.Settings);
        await database.Execute(
            """
            insert into chatbot.operations (id, kind, finished_at)
            values ('close-period-2031-01', 'close_period', now() - interval '31 days'), ('close-period-2031-02', 'close_period', now() - interval '29 days'),
              ('close-period-2031-03', 'close_period', null)
            """);
        var services = database.Program.Services;

        await services.GetRequiredService<OperationFunctions>().ForgetOperations(new(), services.GetRequiredService<DurableTaskClient>(), TestContext.Current.CancellationToken);

        Assert.Equal("close-period-2031-02 close-period-2031-03", await database.Scalar<string>("select string_agg(id, ' ' order by id) from chatbot.operations"));
    }
}
