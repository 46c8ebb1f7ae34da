using Xunit;

namespace ChatBot.Tests.Usage;

public sealed class PeriodTests(BillingDatabase billing) : IClassFixture<BillingDatabase>
{
    private const string Periods = """
        select to_char(u.period_start at time zone 'UTC', 'YYYY-MM-DD') || ' to ' || to_char(u.period_end at time zone 'UTC', 'YYYY-MM-DD')
          || ': ' || u.tokens || ' ' || u.status
        from billing.usage_periods u
        where u.user_id = $1
        order by u.period_start
        """;

    [Theory]
    [InlineData(1, "2026-01-31T23:59:59Z 2026-02-28T12:00:00Z 2026-03-01T00:00:00Z", "2026-01-01 to 2026-02-01", "2026-02-01 to 2026-03-01", "2026-03-01 to 2026-04-01")]
    [InlineData(15, "2025-12-15T00:00:00Z 2026-01-14T23:59:59Z 2026-01-15T00:00:00Z", "2025-12-15 to 2026-01-15", "2026-01-15 to 2026-02-15")]
    [InlineData(31, "2027-01-31T00:00:00Z 2027-02-27T23:59:59Z 2027-02-28T00:00:00Z 2027-03-31T00:00:00Z 2027-04-30T00:00:00Z",
        "2027-01-31 to 2027-02-28", "2027-02-28 to 2027-03-31", "2027-03-31 to 2027-04-30", "2027-04-30 to 2027-05-31")]
    [InlineData(31, "2028-02-28T23:59:59Z 2028-02-29T00:00:00Z", "2028-01-31 to 2028-02-29", "2028-02-29 to 2028-03-31")]
    [InlineData(30, "2028-02-28T23:59:59Z 2028-02-29T00:00:00Z 2028-03-30T00:00:00Z",
        "2028-01-30 to 2028-02-29", "2028-02-29 to 2028-03-30", "2028-03-30 to 2028-04-30")]
    public async Task Periods_begin_on_the_anchor_or_on_the_last_day_of_a_shorter_month(int anchor, string moments, params string[] periods)
    {
        var user = await billing.NewUser(new() { AnchorDay = anchor });
        await using var session = await billing.At(null);

        foreach (var moment in moments.Split(' '))
        {
            await session.Travel(moment);
            await session.Use(user, 5, 5);
        }

        Assert.Equal(periods, (await session.Column<string>(Periods, user)).Select(p => p.Split(':')[0]));
    }

    [Fact]
    public async Task A_moved_anchor_takes_effect_when_the_running_period_ends_and_leaves_no_gap()
    {
        var user = await billing.NewUser(new() { AnchorDay = 1 });
        await using var session = await billing.At("2026-03-10T12:00:00Z");
        await session.Use(user, 5, 5);

        await session.Limit(user, new() { AnchorDay = 15 });
        await session.Travel("2026-03-31T23:59:59.999Z");
        await session.Use(user, 5, 6);
        await session.Travel("2026-04-01T00:00:00Z");
        await session.Use(user, 5, 7);
        await session.Travel("2026-04-15T00:00:00Z");
        await session.Use(user, 5, 8);
        await session.Limit(user, new() { AnchorDay = 20 });
        await session.Travel("2026-05-15T00:00:00Z");
        await session.Use(user, 5, 9);
        await session.Travel("2026-08-01T00:00:00Z");
        await session.Use(user, 5, 10);

        Assert.Equal(
            [
                "2026-03-01 to 2026-04-01: 21 open",
                "2026-04-01 to 2026-04-15: 12 open",
                "2026-04-15 to 2026-05-15: 13 open",
                "2026-05-15 to 2026-05-20: 14 open",
                "2026-07-20 to 2026-08-20: 15 open",
            ],
            await session.Column<string>(Periods, user));
    }

    [Fact]
    public async Task Two_who_begin_the_first_period_by_two_anchors_begin_one()
    {
        var user = await billing.NewUser(new() { AnchorDay = 1 });
        await using var first = await billing.At("2026-03-20T12:00:00Z");
        await using var second = await billing.At("2026-03-20T12:00:00Z");

        Task<object?> waiting;
        await using (var transaction = await first.BeginTransaction())
        {
            await first.Execute("select billing.lock_period($1, 1)", user);
            waiting = second.Scalar<object>("select (billing.lock_period($1, 15)).period_start::text", user);
            await billing.UntilItWaits(second);
            await transaction.CommitAsync(TestContext.Current.CancellationToken);
        }

        await waiting;
        Assert.Equal(["2026-03-01 to 2026-04-01: 0 open"], await first.Column<string>(Periods, user));
    }

    [Fact]
    public async Task A_call_of_the_last_moment_settles_in_its_own_period_and_on_its_own_day()
    {
        var user = await billing.NewUser();
        await using var session = await billing.At("2026-03-31T23:59:59.9Z");
        var last = await session.Admit(user);

        await session.Travel("2026-04-01T00:00:05Z");
        await session.Use(user, 5, 7);
        await session.Settle(last.Id, 5, 6);

        Assert.Equal(["2026-03-01 to 2026-04-01: 11 open", "2026-04-01 to 2026-05-01: 12 open"], await session.Column<string>(Periods, user));
        Assert.Equal(["2026-03-31 11", "2026-04-01 12"], await session.Column<string>(
            "select d.day || ' ' || d.input_tokens + d.output_tokens from billing.usage_daily d where d.user_id = $1 order by d.day", user));
        Assert.Equal(["2026-03-31 2026-03-31 23:59:59.9", "2026-04-01 2026-04-01 00:00:05"], await session.Column<string>(
            "select e.day || ' ' || (e.occurred_at at time zone 'UTC') from billing.usage_events e where e.user_id = $1 order by e.day", user));
    }

    [Fact]
    public async Task An_admission_that_waits_over_midnight_is_of_the_day_on_which_its_turn_comes()
    {
        var user = await billing.NewUser();
        await using var holder = await billing.At("2026-03-31T23:59:50Z");
        await using var waiter = await billing.At(null);
        await using var watch = await billing.At(null);
        await holder.Use(user, 5, 6);

        Task<Admitted> waiting;
        await using (var transaction = await holder.BeginTransaction())
        {
            await holder.Execute("select from billing.usage_periods u where u.user_id = $1 for update", user);
            await waiter.Travel("2026-03-31T23:59:57Z", runs: true);
            await watch.Travel("2026-03-31T23:59:57Z", runs: true);
            waiting = waiter.Admit(user);
            await billing.UntilItWaits(waiter);
            await BillingDatabase.Until(() => watch.Scalar<bool>("select billing.clock() > '2026-04-01T00:00:00.1Z'"));
            await transaction.CommitAsync(TestContext.Current.CancellationToken);
        }

        await waiter.Settle((await waiting).Id, 5, 7);
        Assert.Equal(["2026-03-01 to 2026-04-01: 11 open", "2026-04-01 to 2026-05-01: 12 open"], await holder.Column<string>(Periods, user));
        Assert.Equal(["2026-03-31", "2026-04-01"], await holder.Column<string>(
            "select e.day::text from billing.usage_events e where e.user_id = $1 and e.day = (e.occurred_at at time zone 'UTC')::date order by e.day", user));
    }

    [Fact]
    public async Task A_call_that_was_admitted_before_midnight_while_another_waited_counts_to_the_day_before()
    {
        var user = await billing.NewUser();
        await using var early = await billing.At("2026-03-31T23:59:59.999Z");
        await using var late = await billing.At("2026-04-01T00:00:00Z");

        Admitted before;
        Task<Admitted> waiting;
        await using (var transaction = await early.BeginTransaction())
        {
            before = await early.Admit(user);
            waiting = late.Admit(user);
            await transaction.CommitAsync(TestContext.Current.CancellationToken);
        }

        await late.Settle((await waiting).Id, 5, 7);
        await late.Settle(before.Id, 5, 6);
        Assert.Equal(["2026-03-01 to 2026-04-01: 11 open", "2026-04-01 to 2026-05-01: 12 open"], await late.Column<string>(Periods, user));
    }
}
