using ChatBot.Local;

namespace ChatBot.EndToEndTests.Clients;

internal static class ClientScripts
{
    public static string Folder => RepositoryRoot.Combine("tests", "ChatBot.EndToEndTests", "Clients", "Browser");
}
