using ChatBot.Local;
using Xunit;

namespace ChatBot.Tests.Schema;

[Collection<SchemaCollection>]
public sealed class InitialMigrationTests(SchemaServer server)
{
    [Fact]
    public void The_initial_migration_is_what_the_schema_files_say() =>
        Assert.Equal(InitialMigration.Generate(new()), File.ReadAllText(InitialMigration.FilePath));

    [Fact]
    public async Task The_schema_files_make_the_database_that_the_migrations_make()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await server.CreateProjectAsync("of_files", cancellationToken);
        await server.CreateProjectAsync("of_migrations", cancellationToken);
        var files = new SchemaFiles();
        foreach (var file in files.InOrder())
        {
            await server.RunAsync("of_files", files.Read(file), cancellationToken);
        }

        await new Migrator().ApplyAsync(server.ConnectionString("of_migrations"), cancellationToken);

        Assert.Equal(
            await server.ReadLinesAsync("of_migrations", CatalogueSql.Objects, cancellationToken),
            await server.ReadLinesAsync("of_files", CatalogueSql.Objects, cancellationToken));
    }
}
