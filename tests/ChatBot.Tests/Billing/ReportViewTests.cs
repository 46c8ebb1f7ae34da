using ChatBot.Local;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Billing;

public sealed class ReportViewTests(TestStack stack)
{
    [Fact]
    public async Task The_documentation_tells_each_column_of_each_view_as_the_database_does()
    {
        var docs = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "docs", "billing.md"), TestContext.Current.CancellationToken);

        var told = (await stack.Scalar<string[]>(
            """
            select array_agg(format('| `%s` | %s |', a.attname, col_description(c.oid, a.attnum)))
            from pg_class c
            join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
            where c.relkind = 'v' and c.relnamespace = 'billing'::regnamespace
            """))!;

        Assert.True(told.Length > 40, $"{told.Length} columns");
        Assert.All(told, line => Assert.Contains(line, docs, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("billing.report_refusals")]
    [InlineData("billing.report_reached_caps")]
    public async Task The_query_of_the_documentation_finds_who_was_refused_this_week(string view)
    {
        var user = await stack.NewUser();
        await stack.SetCaps(user, tokenCap: 5);
        await user.Post($"/api/chats/{await user.NewChat()}/stream", StackExtensions.SendBody("Hi"));
        await stack.WaitUntil("select exists (select from billing.refusals where user_id = $1)", user.Id);
        var docs = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "docs", "billing.md"), TestContext.Current.CancellationToken);
        var query = docs.Split("```sql\n").Skip(1).Select(rest => rest[..rest.IndexOf(';', StringComparison.Ordinal)]).Single(q => q.Contains(view, StringComparison.Ordinal));

        Assert.Equal(1L, await stack.Scalar<long>($"begin; set local role billing_reader; select count(*) from ({query}) q where q.user_id = '{user.Id}'"));
    }

    [Fact]
    public async Task Who_makes_reports_reads_the_views_and_nothing_else()
    {
        Assert.Equal(0L, await stack.Scalar<long>("begin; set local role billing_reader; select count(*) from billing.report_ledger where user_id is null"));
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(
            () => stack.Scalar<long>("begin; set local role billing_reader; select count(*) from billing.usage_events"));
        Assert.Equal("42501", refused.SqlState);
    }
}
