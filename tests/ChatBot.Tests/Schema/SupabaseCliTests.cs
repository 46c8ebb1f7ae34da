using ChatBot.Local;
using Xunit;

namespace ChatBot.Tests.Schema;

[Collection<SchemaCollection>]
public sealed class SupabaseCliTests(SchemaServer server)
{
    private const string UpToDate = "Remote database is up to date";

    [Fact]
    public async Task The_cli_makes_of_a_new_project_what_the_local_stack_makes_of_it()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await server.CreateProjectAsync("pushed", cancellation);
        await server.CreateProjectAsync("applied", cancellation);

        var (exitCode, output) = await SupabaseCli.PushAsync(server.Uri("pushed"), cancellation);
        var applied = await new Migrator().ApplyAsync(server.ConnectionString("applied"), cancellation);

        Assert.True(exitCode == 0, output);
        Assert.NotEmpty(applied.Applied);
        Assert.All(applied.Applied, file => Assert.Contains(file, output, StringComparison.Ordinal));
        Assert.Equal(await server.ReadLinesAsync("applied", CatalogueSql.Objects, cancellation), await server.ReadLinesAsync("pushed", CatalogueSql.Objects, cancellation));
        Assert.Equal(await server.ReadLinesAsync("applied", CatalogueSql.Migrations, cancellation), await server.ReadLinesAsync("pushed", CatalogueSql.Migrations, cancellation));
    }

    [Fact]
    public async Task Each_finds_nothing_left_to_do_where_the_other_was_before()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await server.CreateProjectAsync("pushed_first", cancellation);
        await server.CreateProjectAsync("applied_first", cancellation);
        await new Migrator().ApplyAsync(server.ConnectionString("applied_first"), cancellation);
        await SupabaseCli.PushAsync(server.Uri("pushed_first"), cancellation);

        var pushedAgain = await SupabaseCli.PushAsync(server.Uri("pushed_first"), cancellation);
        var pushed = await SupabaseCli.PushAsync(server.Uri("applied_first"), cancellation);
        var applied = await new Migrator().ApplyAsync(server.ConnectionString("pushed_first"), cancellation);

        Assert.Equal(0, pushedAgain.ExitCode);
        Assert.Contains(UpToDate, pushedAgain.Output, StringComparison.Ordinal);
        Assert.Equal(0, pushed.ExitCode);
        Assert.Contains(UpToDate, pushed.Output, StringComparison.Ordinal);
        Assert.Empty(applied.Applied);
        Assert.Empty(applied.Edited);
    }
}
