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
        var cancellationToken = TestContext.Current.CancellationToken;
        await server.CreateProjectAsync("pushed", cancellationToken);
        await server.CreateProjectAsync("applied", cancellationToken);

        var (exitCode, output) = await SupabaseCli.PushAsync(server.Uri("pushed"), cancellationToken);
        var applied = await new Migrator().ApplyAsync(server.ConnectionString("applied"), cancellationToken);

        Assert.True(exitCode == 0, output);
        Assert.NotEmpty(applied.Applied);
        Assert.All(applied.Applied, file => Assert.Contains(file, output, StringComparison.Ordinal));
        Assert.Equal(await server.ReadLinesAsync("applied", CatalogueSql.Objects, cancellationToken), await server.ReadLinesAsync("pushed", CatalogueSql.Objects, cancellationToken));
        Assert.Equal(await server.ReadLinesAsync("applied", CatalogueSql.Migrations, cancellationToken), await server.ReadLinesAsync("pushed", CatalogueSql.Migrations, cancellationToken));
    }

    [Fact]
    public async Task Each_finds_nothing_left_to_do_where_the_other_was_before()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await server.CreateProjectAsync("pushed_first", cancellationToken);
        await server.CreateProjectAsync("applied_first", cancellationToken);
        await new Migrator().ApplyAsync(server.ConnectionString("applied_first"), cancellationToken);
        await SupabaseCli.PushAsync(server.Uri("pushed_first"), cancellationToken);

        var pushedAgain = await SupabaseCli.PushAsync(server.Uri("pushed_first"), cancellationToken);
        var pushed = await SupabaseCli.PushAsync(server.Uri("applied_first"), cancellationToken);
        var applied = await new Migrator().ApplyAsync(server.ConnectionString("pushed_first"), cancellationToken);

        Assert.Equal(0, pushedAgain.ExitCode);
        Assert.Contains(UpToDate, pushedAgain.Output, StringComparison.Ordinal);
        Assert.Equal(0, pushed.ExitCode);
        Assert.Contains(UpToDate, pushed.Output, StringComparison.Ordinal);
        Assert.Empty(applied.Applied);
        Assert.Empty(applied.Edited);
    }
}
