using Npgsql;
using Xunit;

namespace ChatBot.Tests.Usage;

public sealed class PriceTests(BillingDatabase billing) : IClassFixture<BillingDatabase>
{
    private const string NewPrice = """
        insert into billing.model_prices (model, valid_from, input, cached_input, output, reasoning, currency)
        values ($1, $2::timestamptz, $3, $3, $3, $3, $4)
        """;

    [Fact]
    public async Task A_price_that_changes_on_the_way_does_not_change_the_charge()
    {
        var user = await billing.NewUser();
        await using var session = await billing.At(null);
        await session.Execute(NewPrice, "heron", "2026-01-01T00:00:00Z", 1m, "USD");
        var before = await session.Admit(user, model: "heron");

        await session.Execute(NewPrice, "heron", "now", 100m, "USD");
        await session.Settle(before.Id, 10, 10);
        var after = await session.Admit(user, model: "heron");
        await session.Settle(after.Id, 10, 10);

        Assert.Equal(["1 0.00002", "100 0.002"], await session.Column<string>(
            "select e.input_rate || ' ' || trim_scale(e.cost) from billing.usage_events e where e.user_id = $1 order by e.input_rate", user));
        Assert.Equal((0.00012m, 0.012m), (before.Cost, after.Cost));
    }

    [Fact]
    public async Task An_adjustment_is_charged_by_the_rates_of_its_call()
    {
        var user = await billing.NewUser();
        await using var session = await billing.At(null);
        await session.Execute(NewPrice, "stork", "2026-01-01T00:00:00Z", 1m, "USD");
        var call = await session.Admit(user, model: "stork");
        await session.Settle(call.Id, 10, 10);

        await session.Execute(NewPrice, "stork", "now", 100m, "USD");
        await session.Execute("update chatbot.completions set recorded_at = null, output_tokens = 20 where id = $1", call.Id);
        await session.Record(call.Id);

        Assert.Equal(["adjustment 1 0.00001", "reported 1 0.00002"], await session.Column<string>(
            "select e.quality || ' ' || e.output_rate || ' ' || trim_scale(e.cost) from billing.usage_events e where e.user_id = $1 order by e.quality", user));
    }

    [Theory]
    [InlineData("gpt-4o", "2026-01-01T00:00:00Z", "USD")]
    [InlineData("gpt-4o", "2100-01-01T00:00:00Z", "EUR")]
    [InlineData("unheard-of", "2026-01-01T00:00:00Z", "EUR")]
    public async Task There_is_no_price_for_what_was_billed_and_none_in_another_currency(string model, string validFrom, string currency)
    {
        await using var session = await billing.At(null);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => session.Execute(NewPrice, model, validFrom, 1m, currency));

        Assert.Equal("CB012", refused.SqlState);
    }

    [Fact]
    public async Task A_plan_allows_no_model_without_a_price_in_force()
    {
        await using var session = await billing.At(null);
        await session.Execute(NewPrice, "egret", "2100-01-01T00:00:00Z", 1m, "USD");

        var refused = await Assert.ThrowsAsync<PostgresException>(() => session.Execute(
            "insert into billing.plans (id, name, models_allowed) values ('waders', 'Waders', '{gpt-4o,egret}')"));

        Assert.Equal("CB012", refused.SqlState);
    }

    [Fact]
    public async Task A_model_is_answered_with_only_where_the_plan_allows_it_and_it_has_a_price()
    {
        await using var session = await billing.At(null);
        await session.Execute("insert into billing.plans (id, name, models_allowed) values ('small', 'Small', '{gpt-4o-mini}')");
        var user = await billing.NewUser(new() { Plan = "small" });

        Assert.Equal("CB004", (await Refusal.Of(() => session.Admit(user))).SqlState);
        Assert.Equal("CB004", (await Refusal.Of(() => session.Admit(user, model: "unpriced"))).SqlState);
        Assert.Equal(120, (await session.Admit(user, model: "gpt-4o-mini")).Tokens);
    }

    [Fact]
    public async Task Where_the_answer_costs_nothing_its_prompt_must_be_paid()
    {
        await using var session = await billing.At(null);
        await session.Execute(
            "insert into billing.model_prices (model, valid_from, input, cached_input, output, reasoning) values ('listener', '2026-01-01', 1, 3, 0, 0)");
        var user = await billing.NewUser(new() { Cost = 0.00006m });

        // The prompt may be charged as one that was cached, which is dearer here.
        Assert.Equal(0.00006m, (await session.Admit(user, model: "listener")).Cost);
        var facts = await Refusal.OfCap("cost", () => session.Admit(user, model: "listener"));
        Assert.Equal(0.00006m, (decimal)facts["needed"]!);
    }

    [Fact]
    public async Task A_prompt_is_bounded_by_its_dearest_rate()
    {
        await using var session = await billing.At(null);
        await session.Execute(
            """
            insert into billing.model_prices (model, valid_from, input, cached_input, cache_write, output, reasoning)
            values ('writer', '2026-01-01', 1, 0.1, 1.25, 0, 0)
            """);
        var user = await billing.NewUser();

        // 20 tokens, which may all be written to the cache.
        Assert.Equal(0.000025m, (await session.Admit(user, model: "writer")).Cost);
    }

    [Fact]
    public async Task Where_nothing_costs_anything_no_cost_cap_is_in_the_way()
    {
        await using var session = await billing.At(null);
        await session.Execute(NewPrice, "free-as-a-bird", "2026-01-01T00:00:00Z", 0m, "USD");
        var user = await billing.NewUser(new() { Cost = 0m });

        Assert.Equal(0m, (await session.Admit(user, model: "free-as-a-bird")).Cost);
    }
}
