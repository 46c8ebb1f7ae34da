using Xunit;

namespace ChatBot.Tests.Usage;

public sealed class DailyCapTests(BillingDatabase billing) : IClassFixture<BillingDatabase>
{
    [Fact]
    public async Task What_a_day_has_left_fits_and_no_more_until_midnight_in_utc()
    {
        var user = await billing.NewUser(new() { DailyTokens = 320 });
        await using var session = await billing.At("2026-03-10T08:00:00Z");
        // Each may use 20 for its prompt and 100 for its answer.
        var first = await session.Admit(user);
        await session.Settle(first.Id, 20, 60);
        var second = await session.Admit(user);
        var third = await session.Admit(user);

        await session.Travel("2026-03-10T23:59:59.5Z");
        var facts = await Refusal.OfCap("daily_tokens", () => session.Admit(user));

        Assert.Equal((120, 120), (second.Tokens, third.Tokens));
        Assert.Equal((320, 80, 240, 120, 0), ((int)facts["limit"]!, (int)facts["used"]!, (int)facts["reserved"]!, (int)facts["needed"]!, (int)facts["wouldFit"]!));
        Assert.Equal([second.Id, third.Id], facts["reservedBy"]!.AsArray().Select(id => (Guid)id!));
        Assert.Equal(DateTimeOffset.Parse("2026-03-11T00:00:00Z", null), (DateTimeOffset)facts["resetsAt"]!);
        Assert.Equal(1, (int)facts["retryAfterSeconds"]!);

        await session.Travel("2026-03-11T00:00:00Z");
        Assert.Equal(120, (await session.Admit(user)).Tokens);
    }

    [Fact]
    public async Task What_is_on_its_way_at_midnight_counts_to_the_day_it_began_on()
    {
        var user = await billing.NewUser(new() { DailyTokens = 120 });
        await using var session = await billing.At("2026-03-10T23:59:59Z");
        var late = await session.Admit(user);

        await session.Travel("2026-03-11T00:00:01Z");
        var today = await session.Admit(user);
        await session.Settle(late.Id, 20, 100);

        Assert.Equal(120, today.Tokens);
        await session.Settle(today.Id, 20, 0);
        Assert.Equal(20, (int)(await Refusal.OfCap("daily_tokens", () => session.Admit(user)))["used"]!);
    }

    [Fact]
    public async Task A_cost_cap_for_the_day_is_exact()
    {
        // 20 tokens at 2.5 and 100 at 10 dollars per million.
        var user = await billing.NewUser(new() { DailyCost = 0.002099m });
        await using var session = await billing.At("2026-03-10T08:00:00Z");
        var first = await session.Admit(user);
        var refused = await Refusal.OfCap("daily_cost", () => session.Admit(user));

        Assert.Equal(0.00105m, first.Cost);
        Assert.Equal((0.002099m, 0m, 0.00105m, 0.00105m, 0.001049m),
            ((decimal)refused["limit"]!, (decimal)refused["used"]!, (decimal)refused["reserved"]!, (decimal)refused["needed"]!, (decimal)refused["wouldFit"]!));
        await session.Limit(user, new() { DailyCost = 0.0021m });
        Assert.Equal(0.00105m, (await session.Admit(user)).Cost);
    }

    [Fact]
    public async Task The_answer_is_cut_to_what_the_day_has_left()
    {
        var user = await billing.NewUser(new() { DailyTokens = 1000, MaxOutput = 4096 });
        await using var session = await billing.At("2026-03-10T08:00:00Z");

        Assert.Equal((980, 1000), (await session.Admit(user)) is var cut ? (cut.MaxOutput, cut.Tokens) : default);
    }

    [Fact]
    public async Task Of_two_caps_in_the_way_the_one_that_takes_longer_to_reset_is_told()
    {
        var user = await billing.NewUser(new() { DailyTokens = 10, Tokens = 10 });
        await using var session = await billing.At("2026-03-10T08:00:00Z");

        var facts = await Refusal.OfCap("tokens", () => session.Admit(user));

        Assert.Equal(DateTimeOffset.Parse("2026-04-01T00:00:00Z", null), (DateTimeOffset)facts["resetsAt"]!);
    }

    [Fact]
    public async Task What_runs_on_an_own_key_counts_to_a_cap_of_its_own_alone()
    {
        var user = await billing.NewUser(new() { Tokens = 0, Cost = 0, DailyTokens = 0, DailyCost = 0, OwnKeyTokens = 200 });
        await using var session = await billing.At("2026-03-10T08:00:00Z");
        await session.PutKey(user);

        var own = await session.Admit(user, takesOwnKey: true);
        var refused = await Refusal.OfCap("own_key_tokens", () => session.Admit(user, takesOwnKey: true));
        await Refusal.OfCap("cost", () => session.Admit(user));
        await session.Settle(own.Id, 20, 30);

        Assert.Equal(("own_key", 120, 0m), (own.Payer, own.Tokens, own.Cost));
        Assert.Equal((200, 0, 120, 120, 80),
            ((int)refused["limit"]!, (int)refused["used"]!, (int)refused["reserved"]!, (int)refused["needed"]!, (int)refused["wouldFit"]!));
        Assert.Equal(own.Id, (Guid)Assert.Single(refused["reservedBy"]!.AsArray())!);
        Assert.Equal("0 0 50 0", await session.Scalar<string>(
            "select concat_ws(' ', u.tokens, trim_scale(u.cost), u.own_key_tokens, trim_scale(d.cost)) from billing.usage_periods u join billing.usage_daily d using (user_id) where u.user_id = $1", user));
        Assert.Equal(120, (await session.Admit(user, takesOwnKey: true)).Tokens);
    }
}
