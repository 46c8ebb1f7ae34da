using System.Text;

namespace ChatBot.Local;

/// <summary>The migration that makes the whole database: the schema files, one after the other.</summary>
public static class InitialMigration
{
    private const string Header =
        """
        -- Generated from infra/supabase/schemas by: dotnet run --project infra/local -- migration
        -- Edit the files there, and run that again.

        """;

    public static string FilePath { get; } = RepositoryRoot.Combine("infra", "supabase", "migrations", "20261129000000_create_chatbot.sql");

    public static string Generate(SchemaFiles files)
    {
        var script = new StringBuilder(Header);
        foreach (var file in files.InOrder())
        {
            script.Append("\n-- ").Append(file).Append("\n\n").Append(files.Read(file));
        }

        return script.ToString();
    }
}
