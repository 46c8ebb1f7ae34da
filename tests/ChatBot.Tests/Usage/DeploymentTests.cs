using Xunit;

namespace ChatBot.Tests.Usage;

/// <summary>Each test lives in a month of its own, in a database whose users share what they have.</summary>
public sealed class DeploymentTests(BillingDatabase billing) : IClassFixture<BillingDatabase>, IAsyncLifetime
{
    private const string Used = "select p.tokens from billing.deployment_periods p where p.period_start = $1::timestamptz";

    private readonly string[] _facts = ["cap", "reason", "resetsAt", "retryAfterSeconds"];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await Limit(null);
        await using var session = await billing.At(null);
        await session.Execute("delete from billing.usage_reservations");
        await session.Execute("update chatbot.completions set state = 'stopped', ended_at = clock_timestamp() where ended_at is null");
    }

    [Fact]
    public async Task All_users_share_what_the_deployment_may_use_and_learn_nothing_of_each_other()
    {
        var (ada, bob) = (await billing.NewUser(), await billing.NewUser());
        await using var session = await billing.At("2026-01-10T12:00:00Z");
        await Limit(260);
        var first = await session.Admit(ada);
        await session.Admit(bob);

        var facts = await Refusal.OfCap("deployment_tokens", () => session.Admit(ada));
        await session.Settle(first.Id, 10, 10);

        Assert.Equal(_facts, facts.Select(f => f.Key).Order());
        Assert.Equal(DateTimeOffset.Parse("2026-02-01T00:00:00Z", null), (DateTimeOffset)facts["resetsAt"]!);
        // 20 are used now and 120 reserved, of 260.
        Assert.Equal(120, (await session.Admit(bob)).Tokens);
        await session.Travel("2026-02-01T00:00:00Z");
        Assert.Equal(120, (await session.Admit(ada)).Tokens);
    }

    [Fact]
    public async Task The_cost_of_all_users_has_a_cap_too_and_own_keys_do_not_count_to_it()
    {
        var (ada, bob) = (await billing.NewUser(), await billing.NewUser());
        await using var session = await billing.At("2026-03-10T12:00:00Z");
        await session.Execute("select billing.limit_deployment(null, 0.0020, null, null)");
        await session.Admit(ada);

        var facts = await Refusal.OfCap("deployment_cost", () => session.Admit(bob));

        Assert.Equal(_facts, facts.Select(f => f.Key).Order());
        await session.PutKey(bob);
        Assert.Equal("own_key", (await session.Admit(bob, takesOwnKey: true)).Payer);
    }

    [Fact]
    public async Task Of_many_users_at_once_exactly_those_are_admitted_that_fit()
    {
        const int fits = 5;
        var users = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => billing.NewUser()));
        await Limit((fits * 120) + 119);

        var admitted = await Task.WhenAll(users.Select(async user =>
        {
            await using var session = await billing.At("2026-04-10T12:00:00Z");
            try
            {
                return (await session.Admit(user)).Tokens;
            }
            catch (Npgsql.PostgresException refused) when (refused.SqlState == Refusal.Cap)
            {
                return 0;
            }
        }));

        Assert.Equal(fits, admitted.Count(tokens => tokens == 120));
        Assert.Equal(fits * 120, admitted.Sum());
    }

    [Fact]
    public async Task All_users_share_the_sends_of_a_minute()
    {
        var (ada, bob) = (await billing.NewUser(), await billing.NewUser());
        await using var session = await billing.At("2026-05-10T12:00:00Z");
        await session.Execute("delete from chatbot.rate_buckets where kind = 'deployment'");
        await session.Execute("select billing.limit_deployment(null, null, 2, null)");
        await session.Admit(ada);
        await session.Admit(bob);

        var refused = await Refusal.Of(() => session.Admit(ada));

        Assert.Equal("CB008", refused.SqlState);
        Assert.InRange((int)refused.Facts["retryAfterSeconds"]!, 1, 30);
    }

    [Fact]
    public async Task All_users_share_the_answers_that_may_be_written_at_once()
    {
        var (ada, bob) = (await billing.NewUser(), await billing.NewUser());
        await using var session = await billing.At("2026-05-31T23:59:59Z");
        await session.Execute("select billing.limit_deployment(null, null, null, 1)");
        var first = await session.Admit(ada);

        await session.Travel("2026-06-01T00:00:00Z");
        var refused = await Refusal.Of(() => session.Admit(bob));

        Assert.Equal("CB009", refused.SqlState);
        Assert.Empty(refused.Facts);
        await session.End(first.Id, (1, 1));
        await session.Admit(bob);
    }

    [Fact]
    public async Task Limits_of_the_middle_of_a_month_count_what_was_used_before()
    {
        var (ada, bob) = (await billing.NewUser(), await billing.NewUser());
        await using var session = await billing.At("2026-06-30T12:00:00Z");
        await session.Use(ada, 20, 100);
        await session.Travel("2026-07-10T12:00:00Z");
        await session.Use(ada, 20, 30);
        await session.Use(bob, 20, 31);
        var running = await session.Admit(ada);

        await session.Execute("select billing.limit_deployment(300, null, null, null)");

        Assert.Equal(101, await session.Scalar<long>(Used, "2026-07-01T00:00:00Z"));
        await Refusal.OfCap("deployment_tokens", () => session.Admit(bob));
        await session.Settle(running.Id, 20, 0);
        Assert.Equal(121, await session.Scalar<long>(Used, "2026-07-01T00:00:00Z"));
        Assert.Equal(120, (await session.Admit(bob)).Tokens);
    }

    [Fact]
    public async Task Who_settles_while_the_limits_are_set_is_counted_once()
    {
        var users = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => billing.NewUser()));
        await using var session = await billing.At("2026-08-10T12:00:00Z");
        var settling = users.Select(async user =>
        {
            await using var own = await billing.At("2026-08-10T12:00:00Z");
            for (var round = 0; round < 4; round++)
            {
                await own.Use(user, 10, 10);
            }
        }).ToList();

        for (var round = 0; settling.Any(s => !s.IsCompleted); round++)
        {
            await session.Execute("select billing.limit_deployment($1, null, null, null)", round % 2 == 0 ? 1_000_000L : null);
        }

        await Task.WhenAll(settling);
        await Limit(1_000_000, "2026-08-10T12:00:00Z");
        var counted = await session.Scalar<long>(Used, "2026-08-01T00:00:00Z");
        await session.Use(users[0], 1, 1);

        Assert.Equal(16 * 4 * 20, counted);
        Assert.Equal(counted + 2, await session.Scalar<long>(Used, "2026-08-01T00:00:00Z"));
    }

    [Fact]
    public async Task Where_there_are_no_limits_nobody_waits_for_others_and_nothing_is_written()
    {
        var user = await billing.NewUser();
        await using var session = await billing.At("2026-09-10T12:00:00Z");
        await using var holder = await billing.At(null);
        await using var transaction = await holder.BeginTransaction();
        await holder.Execute("select from billing.deployment_limits for update");
        await holder.Execute("lock table billing.deployment_periods in exclusive mode");

        await session.Execute("set lock_timeout = '10s'");
        await session.Use(user, 10, 10);

        Assert.Null(await session.Scalar<object>(Used, "2026-09-01T00:00:00Z"));
    }

    [Fact]
    public async Task Limits_that_are_taken_away_leave_nothing_behind()
    {
        var user = await billing.NewUser();
        await using var session = await billing.At("2026-10-10T12:00:00Z");
        await session.Execute("select billing.limit_deployment(100, null, null, null)");
        await Refusal.OfCap("deployment_tokens", () => session.Admit(user));

        await session.Execute("select billing.limit_deployment(null, null, null, null)");
        await session.Use(user, 10, 10);
        await session.Execute("select billing.limit_deployment(140, null, null, null)");

        Assert.Equal(20, await session.Scalar<long>(Used, "2026-10-01T00:00:00Z"));
        Assert.Equal(120, (await session.Admit(user)).Tokens);
    }

    [Fact]
    public async Task What_turns_out_too_high_in_a_new_month_is_taken_from_its_sum()
    {
        var user = await billing.NewUser();
        await using var session = await billing.At("2025-06-30T12:00:00Z");
        await Limit(10_000, "2025-06-30T12:00:00Z");
        var call = await session.Use(user, 10, 20);
        await session.Travel("2025-07-02T00:00:01Z");
        await session.Close();

        await session.Execute("update chatbot.completions set recorded_at = null, output_tokens = 5 where id = $1", call);
        await session.Record(call);

        Assert.Equal(-15, await session.Scalar<long>(Used, "2025-07-01T00:00:00Z"));
    }

    [Fact]
    public async Task What_is_told_of_all_users_names_nobody_and_comes_once()
    {
        var user = await billing.NewUser();
        await using var session = await billing.At("2026-12-10T12:00:00Z");
        await Limit(1000, "2026-12-10T12:00:00Z");

        for (var round = 0; round < 9; round++)
        {
            await session.Use(user, 10, 90);
        }

        const string alerts = """
            select concat_ws(' ', a.kind, a.facts ->> 'percent', a.facts ->> 'used', a.user_id is null)
            from billing.usage_alerts a
            where a.facts ->> 'cap' = 'deployment_tokens' and a.facts ->> 'periodStart' like '2026-12-01%'
            order by a.created_at
            """;
        // 100 are left, and the smallest send needs 117.
        Assert.Equal(["cap_warning 80 800 t", "cap_reached 90 900 t"], await session.Column<string>(alerts));
    }

    [Fact]
    public async Task A_further_attempt_needs_room_in_the_deployment()
    {
        var user = await billing.NewUser();
        await using var session = await billing.At("2025-12-10T12:00:00Z");
        await Limit(139, "2025-12-10T12:00:00Z");
        var admitted = await session.Admit(user);

        Assert.Null(await session.Retry(admitted.Id));
        await Limit(140, "2025-12-10T12:00:00Z");
        Assert.Equal(140, (await session.Retry(admitted.Id))!.Tokens);
    }

    private async Task Limit(long? tokens, string? at = null)
    {
        await using var session = await billing.At(at);
        await session.Execute("select billing.limit_deployment($1, null, null, null)", tokens);
    }
}
