using System.Net;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.EndToEndTests;

/// <summary>
/// Eight processes with 256 callers each, all at once, at caps with room for exactly five sends and almost a sixth: first those of two
/// users, of whom one was never there before, then that of the deployment, for sixteen users. The admitted ones stand still, so that
/// what they have reserved stays reserved until everybody has been admitted or refused: then five must have been admitted, and no
/// cap be passed by a single token. After they were stopped and settled, as many sends as now fit must be admitted, and the next
/// refused.
/// </summary>
[Collection<FleetCollection>]
public sealed class CapProofTests(Fleet fleet)
{
    private const int Fits = 5;

    [Fact]
    public async Task Users_caps_admit_exactly_what_fits_whether_or_not_there_was_a_request_before()
    {
        var (ada, bob) = (await fleet.NewUser(), await fleet.NewUser());
        var each = await Estimate(bob);
        (await ada.Post("/api/chat", ConcurrentUsers.Body("first", "Hello. [[tokens=5]]"))).Is(HttpStatusCode.OK);
        await UntilSettled([ada]);
        var caps = new Dictionary<Guid, int> { [ada.Id] = await Used(ada) + (Fits * each) + each - 1, [bob.Id] = (Fits * each) + each - 1 };
        foreach (var (user, cap) in caps)
        {
            await fleet.Execute("update billing.user_plans set token_cap = $2 where user_id = $1", user, (long)cap);
        }

        Assert.Equal(1, await fleet.Count("select count(*) from billing.usage_periods where user_id = $1", ada.Id));
        Assert.Equal(0, await fleet.Count("select count(*) from billing.usage_periods where user_id = $1", bob.Id));
        var admitted = await new ConcurrentUsers(fleet, [ada, bob]).Send();

        foreach (var user in (TestUser[])[ada, bob])
        {
            Assert.Equal(Fits, admitted.Count(a => a.User.Id == user.Id));
            Assert.Equal(Fits * each, await fleet.Count("select sum(tokens) from billing.usage_reservations where user_id = $1", user.Id));
        }

        await Stop(admitted);
        await UntilSettled([ada, bob]);
        await FitsNow(ada, (caps[ada.Id] - await Used(ada)) / each);
        await FitsNow(bob, (caps[bob.Id] - await Used(bob)) / each);
    }

    [Fact]
    public async Task The_deployments_cap_admits_exactly_what_fits_of_all_users()
    {
        var users = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => fleet.NewUser()));
        var each = await Estimate(users[0]);
        var cap = await UsedByAll() + (Fits * each) + each - 1;
        await fleet.Execute("select billing.limit_deployment($1, null, null, null)", cap);
        try
        {
            var admitted = await new ConcurrentUsers(fleet, users).Send();

            Assert.Equal(Fits, admitted.Count);
            Assert.Equal(Fits * each, await fleet.Count("select sum(tokens) from billing.usage_reservations"));
            await Stop(admitted);
            await UntilSettled(users);
            await FitsNow(users[1], (int)((cap - await UsedByAll()) / each));
        }
        finally
        {
            await fleet.Execute("select billing.limit_deployment(null, null, null, null)");
        }
    }

    private static async Task<int> Estimate(TestUser user)
    {
        var body = ConcurrentUsers.Body("unused");
        body.Remove("chatId");
        body["message"] = body["messages"]![0]!.DeepClone();
        body["message"]!.AsObject().Remove("role");
        body.Remove("messages");
        return (int)(await user.Post("/api/usage/estimate", body)).Is(HttpStatusCode.OK).Json["tokens"]!;
    }

    private static async Task<int> Used(TestUser user) => (int)(await user.Get("/api/usage")).Json["tokens"]!["used"]!;

    private Task<long> UsedByAll() => fleet.Count(
        "select coalesce(sum(input_tokens + output_tokens), 0) from billing.usage_events where payer = 'platform'");

    /// <summary>No refusal now that is not due: one after the other, each still on its way when the next comes.</summary>
    private async Task FitsNow(TestUser user, int sends)
    {
        Assert.InRange(sends, 1, Fits + 1);
        var run = Guid.NewGuid().ToString("N");
        var chats = Enumerable.Range(0, sends + 1).Select(send => $"{run}-{send}").ToList();
        foreach (var (chat, index) in chats.Select((c, i) => (c, i)))
        {
            using var answer = await user.At(fleet.Addresses[index % fleet.Addresses.Count]).Open(
                HttpMethod.Post, "/api/chat", ConcurrentUsers.Body(chat).ToJsonString(), [], HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            Assert.Equal(index < sends ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests, answer.StatusCode);
        }

        await Stop([.. chats[..sends].Select(chat => (user, chat))]);
        await UntilSettled([user]);
    }

    private static Task Stop(IReadOnlyList<(TestUser User, string Chat)> running) =>
        Task.WhenAll(running.Select(async r => (await r.User.Post($"/api/chats/{r.Chat}/stop", null)).Is(HttpStatusCode.NoContent)));

    private Task UntilSettled(IReadOnlyList<TestUser> users) => StreamingTests.Until(
        async () => await fleet.Count(
            """
            select (select count(*) from billing.usage_reservations where user_id = any ($1))
              + (select count(*) from chatbot.completions where user_id = any ($1) and recorded_at is null)
            """,
            users.Select(u => u.Id).ToArray()) == 0,
        TimeSpan.FromSeconds(60));
}
