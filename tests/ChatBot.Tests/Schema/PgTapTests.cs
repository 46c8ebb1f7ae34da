using Npgsql;
using Xunit;

namespace ChatBot.Tests.Schema;

[Collection<SchemaCollection>]
public sealed class PgTapTests(SchemaServer server)
{
    private const string Tables = """
        select schemaname || '/' || tablename || '.sql'
        from pg_tables
        where schemaname in ('public', 'chatbot', 'billing')
        """;

    public static TheoryData<string> Files => [.. TestScript.Names];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task The_database_does_what_the_file_says(string file)
    {
        var report = await PgTap.RunAsync(server.Migrated, file, breakage: null, TestContext.Current.CancellationToken);

        Assert.True(report.Passed, report.ToString());
    }

    [Fact]
    public async Task Every_table_has_its_file()
    {
        await using var source = NpgsqlDataSource.Create(server.Migrated);
        await using var command = source.CreateCommand(Tables);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);

        var tables = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            tables.Add(reader.GetString(0));
        }

        Assert.NotEmpty(tables);
        Assert.Empty(tables.Except(TestScript.Names));
    }
}
