using ChatBot.Local;
using Xunit;

namespace ChatBot.Tests.Local;

public sealed class SqlStatementsTests
{
    [Theory]
    [InlineData("select 1; select 2;", 2)]
    [InlineData("select 1;; \n ;select 2", 2)]
    [InlineData("select ';' ; select \"a;b\"", 2)]
    [InlineData("select 'it''s; one'", 1)]
    [InlineData(@"select E'a\';b'; select 'c\'; select 2", 3)]
    [InlineData("select 1 -- one; two\n; select 2", 2)]
    [InlineData("select /* a; b; */ 1; select 2", 2)]
    [InlineData("do $$ begin perform 1; end $$; select 2", 2)]
    [InlineData("do $body$ begin perform $$;$$; end $body$; select 2", 2)]
    [InlineData("select $1; select 2", 2)]
    [InlineData("select price$1; select a$b$; select 2", 3)]
    [InlineData("select type'a;b'; select 'open; select 2", 3)]
    [InlineData("begin; select 1; end;", 3)]
    public void A_script_is_split_where_statements_end(string script, int count) => Assert.Equal(count, SqlStatements.Split(script).Count);

    [Fact]
    public void A_statement_knows_where_it_starts()
    {
        const string Script = "-- first\nselect 1;\n\n  select 2;\n";

        Assert.Equal([("-- first\nselect 1", 0), ("select 2", Script.IndexOf("select 2", StringComparison.Ordinal))], SqlStatements.Split(Script).Select(statement => (statement.Text, statement.Start)));
    }
}
