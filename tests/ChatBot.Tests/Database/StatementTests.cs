using System.Diagnostics.CodeAnalysis;
using ChatBot.Tests.Stack;
using Npgsql;
using Xunit;

namespace ChatBot.Tests.Database;

/// <summary>Every statement against the migrated schema.</summary>
public sealed class StatementTests(TestStack stack)
{
    public static TheoryData<string> Statements => [.. SqlTexts.All.Keys];

    [Theory]
    [MemberData(nameof(Statements))]
    public async Task A_statement_fits_the_schema_and_the_rights_of_a_user_or_else_of_the_service(string name)
    {
        await using var connection = await stack.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        try
        {
            // The types of its parameters have to follow from the statement alone.
            await Run(connection, $"prepare statement as {SqlTexts.All[name]}");
            // A generic plan keeps functions from being computed away, and starting it, which explain does, asks for every right.
            await Run(connection, "set plan_cache_mode = force_generic_plan");
            try
            {
                Assert.NotEmpty(await Explain(connection, "authenticated"));
            }
            catch (PostgresException denied) when (denied.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                Assert.NotEmpty(await Explain(connection, "service_role"));
            }
        }
        finally
        {
            await Run(connection, "discard all");
        }
    }

    [Fact]
    public void The_statements_of_the_program_are_found()
    {
        Assert.Contains("ChatSql.Create", SqlTexts.All.Keys);
        Assert.Contains("UsageSql.Record", SqlTexts.All.Keys);
        Assert.True(SqlTexts.All.Count > 20, $"Only {SqlTexts.All.Count} statements were found.");
    }

    private static async Task<string> Explain(NpgsqlConnection connection, string role)
    {
        await Run(connection, "reset role");
        var parameters = await Run(connection, "select string_agg('null', ', ') from pg_prepared_statements, unnest(parameter_types) where name = 'statement'");
        await Run(connection, $"set role {role}");
        return await Run(connection, $"explain execute statement{(parameters.Length > 0 ? $"({parameters})" : "")}");
    }

    [SuppressMessage("Security", "CA2100", Justification = "The statements are the program's own.")]
    private static async Task<string> Run(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) as string ?? "";
    }
}
