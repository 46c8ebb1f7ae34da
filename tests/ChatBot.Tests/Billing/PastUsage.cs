using ChatBot.Tests.Stack;

namespace ChatBot.Tests.Billing;

internal static class PastUsage
{
    /// <summary>A call in each of so many months from March 2025 on, closed.</summary>
    public static async Task UseInThePast(this OwnDatabase database, Guid user, int months)
    {
        await database.Execute(
            """
            with used as (
              select gen_random_uuid() as id, m as period_start, m + interval '1 month' as period_end, m + interval '4 days 12 hours' as at
              from generate_series(timestamptz '2025-03-01Z', timestamptz '2025-03-01Z' + make_interval(months => $2 - 1), interval '1 month') m
            ),
            called as (
              insert into billing.usage_events (
                id, completion_id, attempt, user_id, chat_id, purpose, model, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens,
                reasoning_tokens, price_id, input_rate, cached_input_rate, cache_write_rate, output_rate, reasoning_rate, cost, currency, quality, payer, period_start, day, occurred_at
              )
              select u.id, u.id, 1, $1, null, 'answer', 'gpt-4o', 10, 0, 0, 20, 0, p.id, 1, 1, 1, 1, 1, 0.125, 'USD', 'reported', 'platform',
                u.period_start, (u.at at time zone 'UTC')::date, u.at
              from used u
              cross join (select id from billing.model_prices limit 1) p
            ),
            counted as (
              insert into billing.usage_daily (user_id, day, model, purpose, payer, calls, input_tokens, output_tokens, cost)
              select $1, (u.at at time zone 'UTC')::date, 'gpt-4o', 'answer', 'platform', 1, 10, 20, 0.125
              from used u
            )
            insert into billing.usage_periods (user_id, period_start, period_end, tokens, cost)
            select $1, u.period_start, u.period_end, 30, 0.125
            from used u
            """,
            user,
            months);
        await database.Execute("select billing.close_periods(interval '0', 1000)");
    }
}
