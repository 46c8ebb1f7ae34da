using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Npgsql;
using Xunit;

namespace ChatBot.Tests.Schema;

/// <summary>The pgTAP files are worth something if they fail when the schema does: each of its rules is broken in turn.</summary>
[Collection<SchemaCollection>]
public sealed class BreakageTests(SchemaServer server)
{
    [Fact]
    public Task A_policy_dropped_or_widened_makes_a_test_of_its_table_fail() => Notices(BreakagesSql.Policies);

    [Fact]
    public Task A_table_without_row_level_security_makes_a_test_fail() => Notices(BreakagesSql.RowLevelSecurity);

    [Fact]
    public Task A_right_too_many_or_too_few_makes_a_test_fail() => Notices(BreakagesSql.Grants);

    [Fact]
    public Task A_constraint_dropped_makes_a_test_of_its_table_fail() => Notices(BreakagesSql.Constraints);

    [Fact]
    public Task A_trigger_dropped_makes_a_test_of_its_table_fail() => Notices(BreakagesSql.Triggers);

    [Fact]
    public Task A_function_opened_to_others_or_to_other_names_makes_a_test_fail() => Notices(BreakagesSql.Functions);

    private async Task Notices([ConstantExpected] string breakagesSql)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var breakages = await ReadAsync(breakagesSql, cancellationToken);
        Assert.NotEmpty(breakages);

        // A file that fails as it is would notice anything.
        foreach (var file in breakages.Select(breakage => breakage.File).Distinct())
        {
            var report = await PgTap.RunAsync(server.Migrated, file, breakage: null, cancellationToken);
            Assert.True(report.Passed, $"{file}: {report}");
        }

        var left = new ConcurrentQueue<Breakage>(breakages);
        var unnoticed = new ConcurrentBag<string>();
        await Task.WhenAll(server.Copies.Select(async copy =>
        {
            while (left.TryDequeue(out var breakage))
            {
                if (await FailureAsync(copy, breakage, cancellationToken) is { } failure)
                {
                    unnoticed.Add($"{breakage.Statement} {failure}");
                }
            }
        }));
        Assert.Empty(unnoticed);
    }

    private static async Task<string?> FailureAsync(string copy, Breakage breakage, CancellationToken cancellationToken)
    {
        try
        {
            var report = await PgTap.RunAsync(copy, breakage.File, breakage.Statement, cancellationToken);
            return report.Failures.Count == 0 ? $"is not noticed by {breakage.File}" : null;
        }
        catch (PostgresException failure)
        {
            return $"stops {breakage.File}: {failure.MessageText}";
        }
    }

    private async Task<List<Breakage>> ReadAsync([ConstantExpected] string breakagesSql, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(server.Migrated);
        await using var command = source.CreateCommand(breakagesSql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);

        var breakages = new List<Breakage>();
        while (await reader.ReadAsync(cancellationToken))
        {
            breakages.Add(new Breakage(reader.GetString(0), reader.GetString(1)));
        }

        return breakages;
    }

    private sealed record Breakage(string Statement, string File);
}
