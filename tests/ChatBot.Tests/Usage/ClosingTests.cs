using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace ChatBot.Tests.Usage;

public sealed class ClosingTests(BillingDatabase billing) : IClassFixture<BillingDatabase>
{
    private const string Body = "select s.body::text from billing.statements s where s.user_id = $1 and s.period_start = $2::timestamptz";
    private const string March = "2026-03-01T00:00:00Z";
    private const string April = "2026-04-01T00:00:00Z";

    private const string Status = "select u.status from billing.usage_periods u where u.user_id = $1 and u.period_start = $2::timestamptz";

    [Fact]
    public async Task A_period_closes_after_its_grace_and_only_when_nothing_is_on_its_way()
    {
        var user = await billing.NewUser();
        await using var session = await billing.At("2026-03-31T23:59:59Z");
        var last = await session.Admit(user);

        await session.Travel("2026-04-03T00:00:00Z");
        await session.Close();
        Assert.Equal("open", await session.Scalar<string>(Status, user, March));

        await session.Settle(last.Id, 5, 6);
        await session.Travel("2026-04-02T00:00:00Z");
        await session.Close();
        Assert.Equal("open", await session.Scalar<string>(Status, user, March));

        await session.Travel("2026-04-02T00:00:00.000001Z");
        await session.Close();
        Assert.Equal("closed", await session.Scalar<string>(Status, user, March));
        await session.Close();
        Assert.Single(await session.Column<string>("select body::text from billing.statements where user_id = $1", user));
    }

    [Fact]
    public async Task A_statement_is_what_the_ledger_sums_to_and_its_hash_is_of_its_text()
    {
        var user = await billing.NewUser();
        await using var session = await billing.At("2026-03-05T12:00:00Z");
        await session.Use(user, 10, 20);
        await session.Use(user, 11, 21);
        var mini = await session.Admit(user, model: "gpt-4o-mini");
        await session.Settle(mini.Id, 12, 22);

        await session.Travel("2026-04-02T00:00:01Z");
        await session.Close();

        var body = (await session.Scalar<string>(Body, user, March))!;
        var expected = """
            {
              "version": 1, "periodStart": "2026-03-01T00:00:00Z", "periodEnd": "2026-04-01T00:00:00Z", "currency": "USD",
              "tokens": 96, "ownKeyTokens": 0, "cost": 0.0004775,
              "lines": [
                {"purpose": "answer", "model": "gpt-4o", "payer": "platform", "calls": 2,
                  "inputTokens": 21, "cachedInputTokens": 0, "cacheWriteTokens": 0, "outputTokens": 41, "reasoningTokens": 0, "cost": 0.0004625},
                {"purpose": "answer", "model": "gpt-4o-mini", "payer": "platform", "calls": 1,
                  "inputTokens": 12, "cachedInputTokens": 0, "cacheWriteTokens": 0, "outputTokens": 22, "reasoningTokens": 0, "cost": 0.000015}
              ],
              "adjustments": []
            }
            """;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(body)), body);
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(body)), await session.Scalar<byte[]>(
            "select s.content_hash from billing.statements s where s.user_id = $1", user));
        Assert.Equal("96 0.0004775", await session.Scalar<string>(
            "select sum(e.input_tokens + e.output_tokens) || ' ' || trim_scale(sum(e.cost)) from billing.usage_events e where e.user_id = $1", user));
    }

    [Fact]
    public async Task A_statement_made_again_is_the_same_to_the_byte_whatever_the_session_is_set_to()
    {
        var user = await billing.NewUser();
        await using var session = await billing.At("2026-03-31T23:30:00Z");
        await session.Use(user, 10, 20);
        var late = await session.Admit(user);
        await session.Settle(late.Id, 1, 2);
        await session.Travel("2026-04-02T12:00:00Z");
        await session.Close();
        await session.Execute("update chatbot.completions set recorded_at = null, input_tokens = 3, output_tokens = 1 where id = $1", late.Id);
        await session.Record(late.Id);
        await session.Travel("2026-05-02T12:00:00Z");
        await session.Close();

        foreach (var setting in (string[])
            ["TimeZone = 'Pacific/Kiritimati'", "TimeZone = 'America/New_York'", "DateStyle = 'German, DMY'", "extra_float_digits = -15", "lc_numeric = 'C'", "IntervalStyle = 'iso_8601'"])
        {
            await session.Execute($"set {setting}");
            Assert.Equal(["True", "True"], await session.Column<string>(
                """
                select initcap((
                  s.body::text = billing.statement_of(s.user_id, s.period_start)::text
                  and s.content_hash = billing.hash_of(billing.statement_of(s.user_id, s.period_start))
                )::text)
                from billing.statements s
                where s.user_id = $1
                """,
                user));
        }

        var april = JsonNode.Parse((await session.Scalar<string>(Body, user, April))!)!;
        Assert.Equal("2026-03-31", (string?)Assert.Single(april["adjustments"]!.AsArray())!["day"]);
    }

    [Theory]
    [InlineData(15, 25, 12)]
    [InlineData(3, 2, -23)]
    public async Task Usage_that_is_known_late_is_an_adjustment_of_the_next_period(int input, int output, int difference)
    {
        var user = await billing.NewUser();
        await using var session = await billing.At("2026-03-31T23:00:00Z");
        var call = await session.Admit(user);
        // Nobody wrote it any more, and what it had given was counted.
        await session.Interrupt(call.Id);
        Assert.Equal("recorded", await session.Record(call.Id, countedInput: 18, countedOutput: 10));
        await session.Travel("2026-04-02T00:00:01Z");
        await session.Close();
        var closed = await session.Scalar<string>(Body, user, March);

        await session.Travel("2026-04-03T09:00:00Z");
        Assert.True(await session.End(call.Id, (input, output), isLate: true));
        Assert.Equal("recorded", await session.Record(call.Id));

        Assert.Equal(closed, await session.Scalar<string>(Body, user, March));
        Assert.Equal(
            [$"reported 2026-03-01 2026-03-31 28", $"adjustment 2026-04-01 2026-04-03 {difference}"],
            (await session.Column<string>(
                """
                select e.quality || ' ' || (e.period_start at time zone 'UTC')::date || ' ' || e.day || ' ' || e.input_tokens + e.output_tokens
                from billing.usage_events e
                where e.user_id = $1
                order by e.day
                """,
                user)).Select(row => row.Replace("estimated", "reported", StringComparison.Ordinal)));
        Assert.Equal([28L, difference], await session.Column<long>("select tokens from billing.usage_periods where user_id = $1 order by period_start", user));
        Assert.Equal(["2026-03-31 28", $"2026-04-03 {difference}"], await session.Column<string>(
            "select d.day || ' ' || d.input_tokens + d.output_tokens from billing.usage_daily d where d.user_id = $1 order by d.day", user));

        await session.Travel("2026-05-02T00:00:01Z");
        await session.Close();
        var april = JsonNode.Parse((await session.Scalar<string>(Body, user, April))!)!;
        var adjustment = Assert.Single(april["adjustments"]!.AsArray())!;
        Assert.Equal(("2026-03-31", 0, difference), ((string?)adjustment["day"], (int)adjustment["calls"]!, (int)april["tokens"]!));
        Assert.Empty(april["lines"]!.AsArray());
    }

    [Fact]
    public async Task A_call_that_is_recorded_for_the_first_time_after_its_period_was_closed_is_one_of_the_next()
    {
        var user = await billing.NewUser();
        await using var session = await billing.At("2026-03-31T23:00:00Z");
        await session.Use(user, 5, 6);
        var lost = await session.Admit(user);
        Assert.True(await session.End(lost.Id, (7, 8)));
        // As after its reservation has run out.
        await session.Execute("delete from billing.usage_reservations where completion_id = $1", lost.Id);
        await session.Travel("2026-04-02T00:00:01Z");
        await session.Close();

        Assert.Equal("recorded", await session.Record(lost.Id));

        Assert.Equal(["2026-03-01 reported 11", "2026-04-01 reported 15"], await session.Column<string>(
            """
            select (e.period_start at time zone 'UTC')::date || ' ' || e.quality || ' ' || e.input_tokens + e.output_tokens
            from billing.usage_events e
            where e.user_id = $1
            order by e.period_start
            """,
            user));
    }
}
