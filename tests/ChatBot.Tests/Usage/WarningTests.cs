using ChatBot.Functions.Maintenance;
using Xunit;

namespace ChatBot.Tests.Usage;

public sealed class WarningTests(BillingDatabase billing) : IClassFixture<BillingDatabase>
{
    private const string Warnings = """
        select concat_ws(
          ' ', a.kind, a.facts ->> 'cap', a.facts ->> 'percent', trim_scale((a.facts ->> 'used')::numeric), 'of', a.facts ->> 'limit',
          left(a.facts ->> 'periodStart', 10)
        )
        from billing.usage_alerts a
        where a.user_id = $1
        order by a.created_at, a.facts ->> 'cap'
        """;

    private const string Status = "select u.status from billing.usage_periods u where u.user_id = $1";

    [Fact]
    public async Task Each_threshold_is_told_once_in_a_period()
    {
        var user = await billing.NewUser(new() { Tokens = 1000 });
        await using var session = await billing.At("2026-03-10T12:00:00Z");

        for (var call = 0; call < 7; call++)
        {
            await session.Use(user, 20, 80);
        }

        await session.Use(user, 20, 79);
        Assert.Empty(await session.Column<string>(Warnings, user));
        await session.Use(user, 1, 0);
        await session.Use(user, 1, 0);
        Assert.Equal(["cap_warning tokens 80 800 of 1000 2026-03-01"], await session.Column<string>(Warnings, user));

        await session.Limit(user, new() { Tokens = 950 });
        await session.Limit(user, new() { Tokens = 801 });
        await session.Limit(user, new() { Tokens = 800 });
        Assert.Equal(
            ["cap_warning tokens 80 800 of 1000 2026-03-01", "cap_reached tokens 100 801 of 801 2026-03-01"], await session.Column<string>(Warnings, user));

        await session.Limit(user, new() { Tokens = 225 });
        await session.Travel("2026-04-10T12:00:00Z");
        await session.Use(user, 20, 80);
        Assert.Equal(2, (await session.Column<string>(Warnings, user)).Count);
        await session.Use(user, 20, 0);
        Assert.Equal("cap_reached tokens 53 120 of 225 2026-04-01", (await session.Column<string>(Warnings, user))[^1]);
    }

    [Fact]
    public async Task Of_two_thresholds_that_are_crossed_at_once_the_higher_is_told()
    {
        var user = await billing.NewUser(new() { Tokens = 120, Cost = 0.00105m });
        await using var session = await billing.At("2026-03-10T12:00:00Z");

        var call = await session.Admit(user);
        await session.Settle(call.Id, 20, 100);

        Assert.Equal(
            ["cap_reached cost 100 0.00105 of 0.00105 2026-03-01", "cap_reached tokens 100 120 of 120 2026-03-01"], await session.Column<string>(Warnings, user));
        Assert.Equal("blocked", await session.Scalar<string>(Status, user));
    }

    [Fact]
    public async Task The_cap_of_an_own_key_has_warnings_too_and_blocks_nobody()
    {
        var user = await billing.NewUser(new() { OwnKeyTokens = 600 });
        await using var session = await billing.At("2026-03-10T12:00:00Z");
        await session.PutKey(user);

        for (var call = 0; call < 5; call++)
        {
            await session.Settle((await session.Admit(user, takesOwnKey: true)).Id, 20, 76);
        }

        Assert.Equal(["cap_warning own_key_tokens 80 480 of 600 2026-03-01"], await session.Column<string>(Warnings, user));
        await session.Settle((await session.Admit(user, takesOwnKey: true)).Id, 4, 0);
        Assert.Equal("cap_reached own_key_tokens 80 484 of 600 2026-03-01", (await session.Column<string>(Warnings, user))[^1]);
        Assert.Equal("open", await session.Scalar<string>(Status, user));
    }

    [Fact]
    public async Task A_change_of_ones_own_limits_blocks_unblocks_and_warns_at_once()
    {
        var user = await billing.NewUser();
        await using var session = await billing.At("2026-03-10T12:00:00Z");
        await session.Use(user, 20, 100);
        await session.Use(user, 20, 100);
        await session.Use(user, 20, 100);
        await session.Use(user, 20, 100);
        await session.Use(user, 20, 100);

        await session.Limit(user, new() { Tokens = 717 });
        Assert.Equal("open", await session.Scalar<string>(Status, user));
        await session.Limit(user, new() { Tokens = 716 });
        Assert.Equal("blocked", await session.Scalar<string>(Status, user));
        await session.Limit(user, new() { Tokens = 717 });
        Assert.Equal("open", await session.Scalar<string>(Status, user));
        await session.Execute("update billing.user_plans set cost_cap = 0 where user_id = $1", user);
        Assert.Equal("blocked", await session.Scalar<string>(Status, user));
        await session.Execute("delete from billing.user_plans where user_id = $1", user);

        Assert.Equal("open", await session.Scalar<string>(Status, user));
        Assert.Equal(
            ["cap_warning tokens 83 600 of 717 2026-03-01", "cap_reached tokens 83 600 of 716 2026-03-01", "cap_reached cost 100 0.00525 of 0 2026-03-01"],
            await session.Column<string>(Warnings, user));
    }

    [Fact]
    public async Task A_change_of_a_plan_blocks_unblocks_and_warns_everybody_on_it_and_nobody_else()
    {
        await using var session = await billing.At("2026-03-10T12:00:00Z");
        await session.Execute("insert into billing.plans (id, name, token_cap, max_output_tokens) values ('team', 'Team', 1000, 100)");
        var members = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => billing.NewUser(new() { Plan = "team" })));
        var exempt = await billing.NewUser(new() { Plan = "team", Tokens = 1000 });
        var other = await billing.NewUser();
        foreach (var user in (Guid[])[.. members, exempt, other])
        {
            for (var call = 0; call < 5; call++)
            {
                await session.Use(user, 20, 80);
            }
        }

        await session.Execute("update billing.plans set token_cap = 616 where id = 'team'");
        await Review(session, batch: 2);
        Assert.All(await session.Column<string>("select status from billing.usage_periods where user_id = any ($1)", members), s => Assert.Equal("blocked", s));
        Assert.Equal("open", await session.Scalar<string>(Status, exempt));
        Assert.Equal("open", await session.Scalar<string>(Status, other));

        await session.Execute("update billing.plans set token_cap = 625 where id = 'team'");
        await Review(session, batch: 2);
        Assert.All(await session.Column<string>("select status from billing.usage_periods where user_id = any ($1)", members), s => Assert.Equal("open", s));
        Assert.Equal(
            ["cap_reached tokens 81 500 of 616 2026-03-01", "cap_warning tokens 80 500 of 625 2026-03-01"], await session.Column<string>(Warnings, members[0]));
        Assert.Empty(await session.Column<string>(Warnings, exempt));
    }

    [Fact]
    public async Task A_plan_that_changes_again_while_it_is_looked_at_is_looked_at_again()
    {
        await using var session = await billing.At("2026-03-10T12:00:00Z");
        await session.Execute("insert into billing.plans (id, name, token_cap) values ('wavering', 'Wavering', 1000)");
        await session.Execute("update billing.plans set token_cap = 100 where id = 'wavering'");
        var seen = await session.Scalar<DateTime>("select updated_at from billing.plans where id = 'wavering'");

        await session.Execute("update billing.plans set token_cap = 50 where id = 'wavering'");
        await session.Execute(MaintenanceSql.EndReview, "wavering", seen);

        Assert.True(await session.Scalar<bool>("select is_review_due from billing.plans where id = 'wavering'"));
    }

    private static async Task Review(BillingSession session, int batch)
    {
        foreach (var plan in await session.Column<string>("select p.id from billing.plans p where p.is_review_due"))
        {
            var changed = await session.Scalar<DateTime>("select p.updated_at from billing.plans p where p.id = $1", plan);
            Guid? last = Guid.Empty;
            while (last is not null)
            {
                last = await session.Scalar<Guid?>(MaintenanceSql.ReviewPlan, plan, last, batch);
            }

            await session.Execute(MaintenanceSql.EndReview, plan, changed);
        }

        Assert.False(await session.Scalar<bool>("select exists (select from billing.plans where is_review_due)"));
    }
}
