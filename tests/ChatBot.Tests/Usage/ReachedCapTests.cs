using ChatBot.Functions.Maintenance;
using Xunit;

namespace ChatBot.Tests.Usage;

/// <summary>A cap is reached when the smallest send no longer fits, or when one was refused for it; each kind of cap tells so once.</summary>
public sealed class ReachedCapTests(BillingDatabase billing) : IClassFixture<BillingDatabase>
{
    private const string Alerts = """
        select concat_ws(' ', a.kind, a.facts ->> 'cap', trim_scale((a.facts ->> 'used')::numeric), 'of', a.facts ->> 'limit', left(a.facts ->> 'periodStart', 10))
        from billing.usage_alerts a
        where a.user_id = $1
        order by a.created_at, a.alert_key
        """;

    private const string RecordOne = """
        select billing.record_refusals(jsonb_build_array(jsonb_build_object(
          'userId', $1::uuid, 'kind', 'cap', 'cap', $2::text, 'count', 1, 'firstSecondsAgo', 2, 'lastSecondsAgo', 1, 'limit', 100, 'used', 100,
          'startsAt', '2026-03-01T00:00:00Z', 'resetsAt', $3::text
        )))
        """;

    private const string Status = "select u.status from billing.usage_periods u where u.user_id = $1";

    private const string Reached = "select s.cap from billing.usage_summary_of($1) s where s.is_reached order by s.cap";

    [Fact]
    public async Task A_cap_is_reached_by_use_when_the_smallest_send_no_longer_fits()
    {
        // A prompt of 17, and 100 for the answer.
        var user = await billing.NewUser(new() { Tokens = 357 });
        await using var session = await billing.At("2026-03-10T12:00:00Z");

        await session.Use(user, 20, 100);
        await session.Use(user, 20, 100);
        Assert.Equal("open", await session.Scalar<string>(Status, user));
        Assert.Empty(await session.Column<string>(Reached, user));

        var smallest = await session.Admit(user, tokens: 1);
        await session.Settle(smallest.Id, 1, 0);

        Assert.Equal(117, smallest.Tokens);
        Assert.Equal("blocked", await session.Scalar<string>(Status, user));
        Assert.Equal(["tokens"], await session.Column<string>(Reached, user));
        Assert.Equal(["cap_reached tokens 241 of 357 2026-03-01"], await session.Column<string>(Alerts, user));
        await Refusal.OfCap("tokens", () => session.Admit(user, tokens: 1));
    }

    [Fact]
    public async Task What_running_answers_hold_does_not_count()
    {
        var user = await billing.NewUser(new() { Tokens = 480 });
        await using var session = await billing.At("2026-03-10T12:00:00Z");
        var first = await session.Admit(user);
        await session.Admit(user);
        await session.Admit(user);
        await session.Admit(user);

        await session.Settle(first.Id, 20, 0);

        Assert.Equal("open", await session.Scalar<string>(Status, user));
        Assert.Empty(await session.Column<string>(Reached, user));
        Assert.Empty(await session.Column<string>(Alerts, user));
    }

    [Fact]
    public async Task An_answer_of_256_tokens_is_long_enough_for_the_smallest_send()
    {
        var user = await billing.NewUser(new() { Tokens = 1000, MaxOutput = 4096 });
        await using var session = await billing.At("2026-03-10T12:00:00Z");

        await session.Use(user, 20, 707);
        Assert.Equal("open", await session.Scalar<string>(Status, user));
        await session.Settle((await session.Admit(user, tokens: 1)).Id, 1, 0);

        Assert.Equal("blocked", await session.Scalar<string>(Status, user));
    }

    [Fact]
    public async Task A_cost_cap_is_reached_where_the_cheapest_model_that_is_allowed_no_longer_fits()
    {
        await using var session = await billing.At("2026-03-10T12:00:00Z");
        await session.Execute("insert into billing.plans (id, name, models_allowed) values ('dear', 'Dear', '{gpt-4o}'), ('both', 'Both', '{gpt-4o,gpt-4o-mini}')");
        // The smallest send is 0.0010425 with gpt-4o and 0.00006255 with gpt-4o-mini; the one here is 0.00105, and costs 0.0003.
        var dear = await billing.NewUser(new() { Plan = "dear", Cost = 0.00134m });
        var both = await billing.NewUser(new() { Plan = "both", Cost = 0.00134m });

        await session.Use(dear, 20, 25);
        await session.Use(both, 20, 25);

        Assert.Equal(["cap_reached cost 0.0003 of 0.00134 2026-03-01"], await session.Column<string>(Alerts, dear));
        Assert.Equal("blocked", await session.Scalar<string>(Status, dear));
        Assert.Empty(await session.Column<string>(Alerts, both));
        Assert.Equal("open", await session.Scalar<string>(Status, both));
        Assert.Equal("gpt-4o-mini", (await session.Column<string>("select c.model from billing.cheapest_price('{gpt-4o,gpt-4o-mini}') c"))[0]);
        await session.Admit(both, model: "gpt-4o-mini");
    }

    [Fact]
    public async Task Daily_caps_are_told_once_a_day_and_leave_the_period_open()
    {
        var user = await billing.NewUser(new() { DailyTokens = 600, DailyCost = 1 });
        await using var session = await billing.At("2026-03-10T12:00:00Z");
        for (var call = 0; call < 4; call++)
        {
            await session.Use(user, 20, 100);
        }

        await session.Use(user, 4, 0);
        Assert.Equal(
            ["cap_warning daily_tokens 480 of 600 2026-03-10", "cap_reached daily_tokens 484 of 600 2026-03-10"], await session.Column<string>(Alerts, user));
        Assert.Equal(["daily_tokens"], await session.Column<string>(Reached, user));
        Assert.Equal("open", await session.Scalar<string>(Status, user));
        Assert.Equal("open", await session.Scalar<string>("select min(s.status) from billing.usage_summary_of($1) s", user));

        await session.Travel("2026-03-11T00:00:00Z");
        Assert.Empty(await session.Column<string>(Reached, user));
        for (var call = 0; call < 4; call++)
        {
            await session.Use(user, 20, 100);
        }

        Assert.Equal("cap_warning daily_tokens 480 of 600 2026-03-11", (await session.Column<string>(Alerts, user))[^1]);
    }

    [Fact]
    public async Task A_daily_cost_cap_is_told_and_what_is_settled_after_midnight_counts_to_its_day()
    {
        // Each call reserves and costs 0.00105.
        var user = await billing.NewUser(new() { DailyCost = 0.0021m });
        await using var session = await billing.At("2026-03-10T23:59:59Z");
        await session.Use(user, 20, 100);
        var late = await session.Admit(user);

        await session.Travel("2026-03-11T00:00:01Z");
        await session.Settle(late.Id, 20, 100);

        Assert.Equal(["cap_reached daily_cost 0.0021 of 0.0021 2026-03-10"], await session.Column<string>(Alerts, user));
        Assert.Empty(await session.Column<string>(Reached, user));
        await session.Admit(user);
    }

    [Theory]
    [InlineData("daily_tokens", "2026-03-11T00:00:00Z", "2026-03-10")]
    [InlineData("tokens", "2026-04-01T00:00:00Z", "2026-03-31")]
    public async Task A_refusal_that_is_written_after_the_cap_was_reset_counts_to_the_day_of_the_cap(string cap, string resetsAt, string day)
    {
        var user = await billing.NewUser();
        await using var session = await billing.At("2026-04-09T00:00:00Z");

        await session.Execute(RecordOne, user, cap, resetsAt);

        Assert.Equal(
            [$"{cap} {day} {day}"],
            await session.Column<string>(
                "select concat_ws(' ', r.cap, r.day, left((r.last_at at time zone 'UTC')::text, 10)) from billing.refusals r where r.user_id = $1", user));
    }

    [Fact]
    public async Task A_change_of_the_limits_makes_a_cap_reached_and_unreached_of_each_kind()
    {
        var user = await billing.NewUser();
        await using var session = await billing.At("2026-03-10T12:00:00Z");
        await session.PutKey(user);
        await session.Use(user, 20, 100);
        await session.Settle((await session.Admit(user, takesOwnKey: true)).Id, 20, 100);

        var tight = new UserLimits { Tokens = 200, Cost = 0.001m, DailyTokens = 200, DailyCost = 0.001m, OwnKeyTokens = 200 };
        await session.Limit(user, tight);
        var reached = await session.Column<string>("select r.cap from billing.reached_caps r where r.user_id = $1 order by r.cap", user);
        await session.Limit(user, new());

        Assert.Equal(["cost", "daily_cost", "daily_tokens", "own_key_tokens", "tokens"], reached);
        Assert.Empty(await session.Column<string>("select r.cap from billing.reached_caps r where r.user_id = $1", user));
        Assert.Empty(await session.Column<string>(Reached, user));
        Assert.Equal(5, (await session.Column<string>(Alerts, user)).Count);
        await session.Limit(user, tight);
        Assert.Equal(5, (await session.Column<string>(Reached, user)).Count);
        Assert.Equal(5, (await session.Column<string>(Alerts, user)).Count);
    }

    [Fact]
    public async Task A_daily_cap_of_a_plan_that_changes_is_told_by_the_review()
    {
        await using var session = await billing.At("2026-03-10T12:00:00Z");
        await session.Execute("insert into billing.plans (id, name) values ('days', 'Days')");
        var user = await billing.NewUser(new() { Plan = "days" });
        await session.Use(user, 20, 100);

        await session.Execute("update billing.plans set daily_token_cap = 200 where id = 'days'");
        Assert.True(await session.Scalar<bool>("select is_review_due from billing.plans where id = 'days'"));
        await session.Execute(MaintenanceSql.ReviewPlan, "days", Guid.Empty, 1000);

        Assert.Equal(["cap_reached daily_tokens 120 of 200 2026-03-10"], await session.Column<string>(Alerts, user));
    }

    [Fact]
    public async Task Use_that_turns_out_lower_makes_the_cap_unreached()
    {
        var user = await billing.NewUser(new() { Tokens = 200 });
        await using var session = await billing.At("2026-03-10T12:00:00Z");
        var call = await session.Use(user, 20, 64);
        Assert.Equal("blocked", await session.Scalar<string>(Status, user));

        await session.Execute("update chatbot.completions set recorded_at = null, output_tokens = 63 where id = $1", call);
        await session.Record(call);

        Assert.Equal("open", await session.Scalar<string>(Status, user));
        Assert.Empty(await session.Column<string>(Reached, user));
    }

    [Theory]
    [InlineData("tokens")]
    [InlineData("daily_cost")]
    [InlineData("own_key_tokens")]
    [InlineData("deployment_tokens")]
    public async Task Where_the_plan_stops_answers_at_a_cap_those_that_were_admitted_before_are_stopped(string cap)
    {
        var own = cap == "own_key_tokens";
        await using var session = await billing.At("2026-03-10T12:00:00Z");
        await session.Execute("insert into billing.plans (id, name, stops_at_cap) values ('strict', 'Strict', true) on conflict do nothing");
        var user = await billing.NewUser(new() { Plan = "strict" });
        var lenient = await billing.NewUser();
        foreach (var one in (Guid[])[user, lenient])
        {
            await session.PutKey(one);
        }

        var used = await session.Admit(user, takesOwnKey: own);
        await session.Settle(used.Id, 20, 100);
        var running = await session.Admit(user, takesOwnKey: own);
        var other = await session.Admit(user, takesOwnKey: !own);
        var lenients = await session.Admit(lenient, takesOwnKey: own);
        Assert.Equal(0, await session.Scalar<int>(MaintenanceSql.StopBlocked));

        await (cap switch
        {
            "tokens" => session.Limit(user, new() { Plan = "strict", Tokens = 200 }),
            "daily_cost" => session.Limit(user, new() { Plan = "strict", DailyCost = 0.00105m }),
            "own_key_tokens" => session.Limit(user, new() { Plan = "strict", OwnKeyTokens = 200 }),
            _ => session.Execute("select billing.limit_deployment(1, null, null, null)"),
        });
        await session.Travel("2026-03-10T12:00:01Z");
        Assert.Equal(1, await session.Scalar<int>(MaintenanceSql.StopBlocked));

        await session.Execute("select billing.limit_deployment(null, null, null, null)");
        Assert.Equal([running.Id], await session.Column<Guid>(
            "select c.id from chatbot.completions c where c.cancel_requested and c.user_id in ($1, $2)", user, lenient));
        foreach (var rest in (Guid[])[running.Id, other.Id, lenients.Id])
        {
            await session.Settle(rest, 1, 1);
        }
    }
}
