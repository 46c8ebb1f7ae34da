using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Billing;

public sealed class PeriodUserTests(TestStack stack)
{
    [Fact]
    public async Task Users_of_a_month_are_listed_once_over_all_pages_in_their_order()
    {
        await using var database = await OwnDatabase.Create(stack);
        await database.Execute(
            """
            insert into billing.usage_periods (user_id, period_start, period_end, tokens, cost)
            select gen_random_uuid(), s, s + interval '1 month', n, n * 0.5
            from generate_series(1, 7) n
            cross join unnest(array['2027-01-31Z', '2027-02-01Z', '2027-02-15Z', '2027-02-28Z', '2027-03-01Z']::timestamptz[]) s
            """);
        var finance = database.Finance();

        List<JsonNode> listed = [];
        for (var (cursor, pages) = ((string?)"", 0); cursor is not null; pages++)
        {
            Assert.InRange(pages, 0, 8);
            var page = (await finance.Get($"/api/billing/users?month=2027-02&limit=4&cursor={cursor}")).Is(HttpStatusCode.OK).Json;
            listed.AddRange(page["items"]!.AsArray().Select(user => user!.DeepClone()));
            cursor = (string?)page["nextCursor"];
        }

        var places = listed.Select(user => $"{user["periodStart"]} {user["userId"]}").ToList();
        Assert.Equal(21, places.Distinct().Count());
        Assert.Equal(places.Order(StringComparer.Ordinal), places);
        Assert.Equal(3 * 28, listed.Sum(user => (int)user["tokens"]!["used"]!));
    }

    [Fact]
    public async Task A_user_is_shown_with_caps_what_is_reserved_and_what_was_refused()
    {
        await using var database = await OwnDatabase.Create(stack);
        var user = await database.NewUser();
        await database.Execute(
            "insert into billing.usage_periods (user_id, period_start, period_end, tokens, cost, own_key_tokens, status) values ($1, '2027-02-01Z', '2027-03-01Z', 95, 0.125, 7, 'blocked')",
            user.Id);
        await database.Execute(
            "insert into billing.user_plans (user_id, plan_id, token_cap, cost_cap, blocked_reason) values ($1, 'free', 100, 2.5, 'Overdue.')", user.Id);
        await database.Execute(
            """
            insert into billing.usage_reservations (completion_id, user_id, period_start, payer, tokens, cost, expires_at)
            values (gen_random_uuid(), $1, '2027-02-01Z', 'platform', 5, 0.25, now()), (gen_random_uuid(), $1, '2027-02-01Z', 'own_key', 3, 0, now()),
              (gen_random_uuid(), $1, '2027-03-01Z', 'platform', 1000, 1000, now())
            """,
            user.Id);
        await database.Execute(
            "insert into billing.reached_caps (user_id, cap, starts_at, resets_at, reached_at, cap_limit, used) values ($1, 'tokens', '2027-02-01Z', '2027-03-01Z', '2027-02-10Z', 100, 95) on conflict do nothing",
            user.Id);
        await database.Execute(
            """
            insert into billing.refusals (user_id, day, kind, cap, count, first_at, last_at)
            values
              ($1, '2027-01-31', 'rate', '', 100, '2027-01-31T23:59:59Z', '2027-01-31T23:59:59Z'),
              ($1, '2027-02-01', 'cap', 'tokens', 2, '2027-02-01T00:00:00Z', '2027-02-01T01:00:00Z'),
              ($1, '2027-02-10', 'cap', 'tokens', 3, '2027-02-10T00:00:00Z', '2027-02-10T01:00:00Z'),
              ($1, '2027-02-28', 'rate', '', 1, '2027-02-28T23:59:59Z', '2027-02-28T23:59:59Z'),
              ($1, '2027-03-01', 'rate', '', 100, '2027-03-01T00:00:00Z', '2027-03-01T00:00:00Z')
            """,
            user.Id);

        var shown = Assert.Single((await database.Finance().Get("/api/billing/users?month=2027-02")).Is(HttpStatusCode.OK).Json["items"]!.AsArray())!;

        Assert.True(
            JsonNode.DeepEquals(
                JsonNode.Parse(
                    $$"""
                    {
                      "userId": "{{user.Id}}", "plan": "free", "status": "blocked", "blockedReason": "Overdue.",
                      "periodStart": "2027-02-01T00:00:00+00:00", "periodEnd": "2027-03-01T00:00:00+00:00",
                      "tokens": {"used": 95, "reserved": 5, "cap": 100, "resetsAt": "2027-03-01T00:00:00+00:00", "isReached": true, "remaining": 0},
                      "cost": {"used": 0.125, "reserved": 0.25, "cap": 2.5, "resetsAt": "2027-03-01T00:00:00+00:00", "isReached": false, "remaining": 2.125},
                      "ownKeyTokens": {"used": 7, "reserved": 3, "cap": 10000000, "resetsAt": "2027-03-01T00:00:00+00:00", "isReached": false, "remaining": 9999990},
                      "refusals": [
                        {"kind": "rate", "cap": null, "count": 1, "firstAt": "2027-02-28T23:59:59+00:00", "lastAt": "2027-02-28T23:59:59+00:00"},
                        {"kind": "cap", "cap": "tokens", "count": 5, "firstAt": "2027-02-01T00:00:00+00:00", "lastAt": "2027-02-10T01:00:00+00:00"}
                      ]
                    }
                    """),
                shown),
            shown.ToJsonString());
    }

    [Fact]
    public async Task Without_a_month_it_is_this_one()
    {
        var user = await stack.NewUser();
        await user.Send(await user.NewChat(), "Hello [[tokens=2]]");

        var page = (await stack.Finance().Get("/api/billing/users?limit=1")).Is(HttpStatusCode.OK).Json;

        Assert.Equal($"{TimeProvider.System.GetUtcNow():yyyy-MM}", ((string)Assert.Single(page["items"]!.AsArray())!["periodStart"]!)[..7]);
    }

    [Theory]
    [InlineData("month=2027-13", "month")]
    [InlineData("month=9999-12", "month")]
    [InlineData("limit=101", "limit")]
    [InlineData("cursor=x", "cursor")]
    public async Task What_cannot_be_is_refused_naming_its_field(string query, string field)
    {
        var problem = (await stack.Finance().Get($"/api/billing/users?{query}")).IsProblem(HttpStatusCode.BadRequest, "invalid_request");

        Assert.Equal([field], problem["errors"]!.AsObject().Select(error => error.Key));
    }
}
