using ChatBot.Local;
using Npgsql;
using Xunit;

namespace ChatBot.Tests.Local;

public sealed class MigratorTests(MigratedDatabase database) : IClassFixture<MigratedDatabase>, IDisposable
{
    private readonly TemporaryDirectory _migrations = new();

    private string AsPostgres => database.Server.ConnectionString("postgres");

    [Fact]
    public async Task Migrations_are_applied_once_in_order_and_recorded_as_the_cli_does()
    {
        _migrations.Write("20300101000001_create_first.sql", "create table public.first (id int);\n-- a comment\ninsert into public.first values (1);");
        _migrations.Write("20300101000002_create_second.sql", "create function public.second() returns int language sql as $$ select count(*)::int from public.first; $$;");
        _migrations.Write("readme.sql", "this is no migration");
        var migrator = new Migrator(_migrations.Path);

        var first = await migrator.ApplyAsync(AsPostgres, TestContext.Current.CancellationToken);
        var second = await migrator.ApplyAsync(AsPostgres, TestContext.Current.CancellationToken);

        Assert.Equal(["20300101000001_create_first.sql", "20300101000002_create_second.sql"], first.Applied);
        Assert.Empty(second.Applied);
        Assert.Empty(second.Edited);
        Assert.Equal(1, await database.ReadAsync("postgres", "select public.second()"));
        Assert.Equal("create_first|2", await database.ReadAsync("postgres", "select name || '|' || cardinality(statements) from supabase_migrations.schema_migrations where version = '20300101000001'"));
    }

    [Theory]
    [InlineData("create table public.half (\n  id int);\nselect 1;\n")]
    [InlineData("select 1,\n  2; select 1 / 0;\n", 4)]
    [InlineData("select id,\n  nowhere\nfrom public.half;\n", 4)]
    [InlineData("create function public.broken() returns int language sql as $$\n  select 1;\n  select nowhere;\n$$;\n", 5)]
    public async Task A_migration_that_fails_leaves_nothing_and_says_where(string statements, int line = 3)
    {
        _migrations.Write("20300102000001_create_half.sql", $"create table public.half (id int);\n\n{statements}");

        var failure = await Assert.ThrowsAsync<LocalStackException>(() => new Migrator(_migrations.Path).ApplyAsync(AsPostgres, TestContext.Current.CancellationToken));

        Assert.Contains($"20300102000001_create_half.sql, line {line}: ", failure.Message, StringComparison.Ordinal);
        Assert.Equal(DBNull.Value, await database.ReadAsync("postgres", "select to_regclass('public.half')::text"));
    }

    [Fact]
    public async Task A_migration_that_was_edited_since_is_told()
    {
        _migrations.Write("20300103000001_create_edited.sql", "create table public.edited (id int);");
        var migrator = new Migrator(_migrations.Path);
        await migrator.ApplyAsync(AsPostgres, TestContext.Current.CancellationToken);
        _migrations.Write("20300103000001_create_edited.sql", "create table public.edited (id bigint);");

        Assert.Equal(["20300103000001_create_edited.sql"], (await migrator.ApplyAsync(AsPostgres, TestContext.Current.CancellationToken)).Edited);
    }

    [Fact]
    public async Task A_database_of_other_migrations_is_told_apart_from_a_migration_that_is_wrong()
    {
        using var before = new TemporaryDirectory();
        before.Write("20300105000001_create_moved.sql", "create table public.moved (id int);");
        await new Migrator(before.Path).ApplyAsync(AsPostgres, TestContext.Current.CancellationToken);
        _migrations.Write("20300105000002_create_moved.sql", "create table public.moved (id int);");

        var failure = await Assert.ThrowsAsync<LocalStackException>(() => new Migrator(_migrations.Path).ApplyAsync(AsPostgres, TestContext.Current.CancellationToken));

        Assert.Contains("20300105000001", failure.Message, StringComparison.Ordinal);
        Assert.Contains("--fresh", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrations_run_without_a_superusers_rights()
    {
        _migrations.Write("20300104000001_reach_too_far.sql", "create table auth.too_far (id int);");

        var failure = await Assert.ThrowsAsync<LocalStackException>(() => new Migrator(_migrations.Path).ApplyAsync(AsPostgres, TestContext.Current.CancellationToken));

        Assert.Contains(PostgresErrorCodes.InsufficientPrivilege, failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _migrations.Dispose();
}
