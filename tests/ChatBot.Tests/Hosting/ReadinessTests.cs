using System.Net;
using ChatBot.Tests.Database;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Hosting;

public sealed class ReadinessTests(TestStack stack)
{
    private const string Route = "/api/health/ready";

    [Fact]
    public async Task Many_who_ask_at_once_cost_one_question_to_database_and_storage()
    {
        await using var wire = new DatabaseWire(stack.Local.Postgres.Port);
        await using var account = new StorageAccount(stack.Local.Azurite);
        await using var program = await stack.StartWithoutTriggers(wire, account.Setting);
        var nobody = new TestUser(Guid.Empty, "", program.Address);
        var held = account.Wire.On(WireAction.HoldReply, "GET /");

        var asking = Enumerable.Range(0, 50).Select(_ => nobody.Get(Route)).ToList();
        await held.Reached;
        asking.AddRange(Enumerable.Range(0, 50).Select(_ => nobody.Get(Route)));
        // The last of them is in when one that came after it is answered.
        (await nobody.Get("/api/health")).Is(HttpStatusCode.OK);
        held.Release();

        foreach (var answer in await Task.WhenAll(asking))
        {
            answer.Is(HttpStatusCode.OK);
        }

        Assert.InRange(account.Wire.Requests.Count, 1, 5);
        Assert.InRange(wire.Requests.Count, 1, 5);
    }

    [Fact]
    public async Task A_program_whose_connections_are_all_busy_is_ready()
    {
        await using var wire = new DatabaseWire(stack.Local.Postgres.Port);
        await using var program = await stack.StartWithoutTriggers(wire, ("Database__PoolSize", "1"), ("Database__PoolWaitSeconds", "1"));
        var user = await stack.NewUser(program);
        var taken = wire.On(WireAction.Hold, "public.user_preferences");
        var taking = user.Get("/api/preferences");
        await taken.Reached;

        var answer = await user.Get(Route);
        taken.Release();

        answer.Is(HttpStatusCode.OK);
        (await taking).Is(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(true, false, "[\"database\"]")]
    [InlineData(false, true, "[\"storage\"]")]
    [InlineData(true, true, "[\"database\",\"storage\"]")]
    public async Task A_program_that_is_not_ready_says_what_it_cannot_reach_and_is_ready_when_it_can(bool withoutDatabase, bool withoutStorage, string failed)
    {
        await using var wire = new DatabaseWire(stack.Local.Postgres.Port);
        await using var account = new StorageAccount(stack.Local.Azurite);
        await using var program = await stack.StartWithoutTriggers(wire, account.Setting);
        var nobody = new TestUser(Guid.Empty, "", program.Address);
        Wire[] cut = [.. withoutDatabase ? (Wire[])[wire] : [], .. withoutStorage ? (Wire[])[account.Wire] : []];

        Array.ForEach(cut, w => w.Cut());
        var problem = (await nobody.Get(Route)).IsProblem(HttpStatusCode.ServiceUnavailable, "unavailable");
        Array.ForEach(cut, w => w.Mend());

        Assert.Equal(failed, problem["failed"]!.ToJsonString());
        await stack.WaitUntil(async () => (await nobody.Get(Route)).Status == HttpStatusCode.OK);
    }
}
