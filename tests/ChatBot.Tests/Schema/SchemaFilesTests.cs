using ChatBot.Local;
using ChatBot.Tests.Local;
using Xunit;

namespace ChatBot.Tests.Schema;

public sealed class SchemaFilesTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    [Fact]
    public void Files_come_in_the_order_of_the_patterns_and_of_their_names_and_once()
    {
        Write("./schemas/first.sql", "./schemas/tables/c.sql", "./schemas/tables/*.sql");
        Create("first.sql", "tables/b.sql", "tables/a.sql", "tables/c.sql");

        Assert.Equal(["schemas/first.sql", "schemas/tables/c.sql", "schemas/tables/a.sql", "schemas/tables/b.sql"], new SchemaFiles(_folder.Path).InOrder());
    }

    [Fact]
    public void A_pattern_that_finds_nothing_is_refused()
    {
        Write("./schemas/*.sql", "./schemas/tables/*.sql");
        Create("first.sql");

        var failure = Assert.Throws<LocalStackException>(() => new SchemaFiles(_folder.Path).InOrder());

        Assert.Contains("no file matches ./schemas/tables/*.sql", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_no_pattern_finds_is_refused()
    {
        Write("./schemas/*.sql");
        Create("first.sql", "tables/lost.sql");

        var failure = Assert.Throws<LocalStackException>(() => new SchemaFiles(_folder.Path).InOrder());

        Assert.Contains("leaves out schemas/tables/lost.sql", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_setting_it_says_what_is_missing()
    {
        _folder.Write("config.toml", "[db]\nmajor_version = 17\n");

        var failure = Assert.Throws<LocalStackException>(() => new SchemaFiles(_folder.Path).InOrder());

        Assert.Contains("needs [db.migrations] schema_paths", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Function_bodies_are_quoted_so_that_any_client_can_tell_where_a_statement_ends()
    {
        var files = new SchemaFiles();

        Assert.DoesNotContain(files.InOrder(), file => files.Read(file).Contains("begin atomic", StringComparison.OrdinalIgnoreCase));
    }

    public void Dispose() => _folder.Dispose();

    private void Write(params IEnumerable<string> patterns) =>
        _folder.Write("config.toml", $"[db.migrations]\nschema_paths = [\n{string.Concat(patterns.Select(pattern => $"  \"{pattern}\", # a reason\n"))}]\n");

    private void Create(params IEnumerable<string> files)
    {
        foreach (var file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder.Path, "schemas", file))!);
            _folder.Write(Path.Combine("schemas", file), "select 1;\n");
        }
    }
}
