using ChatBot.Local;
using ChatBot.Tests.Stack;
using Npgsql;
using Xunit;

namespace ChatBot.Tests.Billing;

/// <summary>The queries of docs/billing.md, as who makes reports runs them.</summary>
public sealed class DocumentedQueryTests(TestStack stack)
{
    private const string User = "0b6f1c2e-8f0a-4c57-9d3c-2f1f0d1a7a11";

    private static readonly string[] s_queries = Queries();

    [Fact]
    public async Task Each_of_them_runs_on_the_views_alone()
    {
        await using var database = await OwnDatabase.Create(stack);

        Assert.True(s_queries.Length >= 5);
        foreach (var query in s_queries)
        {
            await Run(database, query);
        }
    }

    [Fact]
    public async Task Costs_are_told_by_user_month_and_model_without_own_keys()
    {
        await using var database = await Fill();

        var rows = await Run(database, Query("what each user has cost"));

        Assert.Equal(["gpt-4o 2 30 80 0.00087", "gpt-4o-mini 1 100 200 0.0006"], rows.Select(r => $"{r["model"]} {r["calls"]} {r["input_tokens"]} {r["output_tokens"]} {r["cost"]:0.##########}"));
        Assert.All(rows, r => Assert.Equal(Guid.Parse(User), r["user_id"]));
        Assert.All(rows, r => Assert.Equal(new DateOnly(2026, 11, 1), r["month"]));
    }

    [Fact]
    public async Task A_bill_is_explained_by_tokens_and_rates_to_the_last_digit()
    {
        await using var database = await Fill();

        var rows = await Run(database, Query("user's bill is what it is"));

        Assert.Equal(["gpt-4o estimated", "gpt-4o-mini reported", "gpt-4o reported"], rows.Select(r => $"{r["model"]} {r["quality"]}"));
        foreach (var row in rows)
        {
            var cost = ((decimal)(long)row["uncached_tokens"] * (decimal)row["input_rate"])
                + ((long)row["cached_tokens"] * (decimal)row["cached_input_rate"])
                + ((long)row["cache_write_tokens"] * (decimal)row["cache_write_rate"])
                + ((long)row["output_tokens"] * (decimal)row["output_rate"])
                + ((long)row["reasoning_tokens"] * (decimal)row["reasoning_rate"]);
            Assert.Equal((decimal)row["cost"], cost / 1_000_000m);
        }

        Assert.Equal(
            rows.Sum(r => (decimal)r["cost"]),
            await database.Scalar<decimal>("select cost from billing.usage_periods where user_id = $1 and period_start = '2026-11-01Z'", Guid.Parse(User)));
    }

    [Fact]
    public async Task The_margin_is_what_was_charged_less_the_providers_tokens_at_our_prices()
    {
        await using var database = await Fill();
        await database.Execute(
            """
            insert into billing.reconciliations (
              provider, day, model, input_tokens, output_tokens, requests, provider_input_tokens, provider_output_tokens, provider_requests, ratio
            )
            values
              ('openai', '2026-11-10', 'gpt-4o', 30, 80, 2, 30, 100, 3, 0.846), ('openai', '2026-11-10', 'gpt-4o-mini', 100, 200, 1, 100, 200, 1, 1),
              ('openai', '2026-11-11', 'gpt-4o', 0, 0, 0, 1000, 0, 1, 0), ('openai', '2026-11-11', 'somebody-elses', 0, 0, 0, 5, 5, 1, 0)
            """);

        var rows = await Run(database, Query("margin between"));

        Assert.Equal(
            ["gpt-4o 110 1130 0.00087 0.003575 -0.002705", "gpt-4o-mini 300 300 0.0006 0.000135 0.000465", "somebody-elses 0 10 0  "],
            rows.Select(r =>
                $"{r["model"]} {r["tokens"]} {r["provider_tokens"]} {r["charged"]:0.##########} {r["provider_tokens_at_our_prices"]:0.##########} {r["margin"]:0.##########}"));
    }

    /// <summary>A user's November: a reported and an estimated call, one of another model, and one on their own key.</summary>
    private async Task<OwnDatabase> Fill()
    {
        var database = await OwnDatabase.Create(stack);
        await database.Execute(
            """
            with calls (model, payer, quality, input, cached, written, output, reasoning, input_rate, cached_rate, write_rate, output_rate, reasoning_rate) as (
              values
                ('gpt-4o', 'platform', 'reported', 10, 4, 2, 20, 5, 2.5, 1.25, 2.5, 10.0, 10.0),
                ('gpt-4o', 'platform', 'estimated', 20, 0, 0, 60, 0, 2.5, 1.25, 2.5, 10.0, 10.0),
                ('gpt-4o-mini', 'platform', 'reported', 100, 0, 0, 200, 200, 0.15, 0.075, 0.15, 0.6, 2.925),
                ('gpt-4o', 'own_key', 'reported', 1000, 0, 0, 2000, 0, 2.5, 1.25, 2.5, 10.0, 10.0)
            ),
            ledger as (
              insert into billing.usage_events (
                id, completion_id, attempt, user_id, chat_id, purpose, model, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens,
                reasoning_tokens, price_id, input_rate, cached_input_rate, cache_write_rate, output_rate, reasoning_rate, cost, currency, quality, payer,
                period_start, day, occurred_at
              )
              select gen_random_uuid(), gen_random_uuid(), 1, $1, null, 'answer', c.model, c.input, c.cached, c.written, c.output, c.reasoning,
                (select p.id from billing.model_prices p where p.model = c.model limit 1), c.input_rate, c.cached_rate, c.write_rate, c.output_rate,
                c.reasoning_rate,
                case c.payer when 'platform' then (
                  (c.input - c.cached - c.written) * c.input_rate + c.cached * c.cached_rate + c.written * c.write_rate
                  + (c.output - c.reasoning) * c.output_rate + c.reasoning * c.reasoning_rate
                ) / 1000000 else 0 end,
                'USD', c.quality, c.payer, '2026-11-01Z', '2026-11-10', '2026-11-10T12:00:00Z'
              from calls c
              returning model, payer, input_tokens, output_tokens, cost
            ),
            days as (
              insert into billing.usage_daily (user_id, day, model, purpose, payer, calls, input_tokens, output_tokens, cost)
              select $1, '2026-11-10', l.model, 'answer', l.payer, count(*), sum(l.input_tokens), sum(l.output_tokens), sum(l.cost)
              from ledger l
              group by l.model, l.payer
            )
            insert into billing.usage_periods (user_id, period_start, period_end, tokens, cost)
            select $1, '2026-11-01Z', '2026-12-01Z', 410, sum(l.cost)
            from ledger l
            """,
            Guid.Parse(User));
        return database;
    }

    private static async Task<List<Dictionary<string, object>>> Run(OwnDatabase database, string query)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var connection = await database.Database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
#pragma warning disable CA2100 // The statements are the documentation's.
        await using var command = new NpgsqlCommand($"set local role billing_reader; {query}", connection, transaction);
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<Dictionary<string, object>> rows = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(Enumerable.Range(0, reader.FieldCount).ToDictionary(reader.GetName, reader.GetValue));
        }

        return rows;
    }

    private static string Query(string question)
    {
        var docs = Docs();
        var after = docs[docs.IndexOf(question, StringComparison.OrdinalIgnoreCase)..];
        return s_queries.First(query => after.Contains(query, StringComparison.Ordinal) && after.IndexOf(query, StringComparison.Ordinal) == after.IndexOf("```sql\n", StringComparison.Ordinal) + 7);
    }

    private static string[] Queries() =>
        [.. Docs().Split("```sql\n").Skip(1).Select(rest => rest[..rest.IndexOf("```", StringComparison.Ordinal)])
            .Where(query => query.StartsWith("select", StringComparison.Ordinal) || query.StartsWith("with", StringComparison.Ordinal))];

    private static string Docs() => File.ReadAllText(RepositoryRoot.Combine("docs", "billing.md"));
}
