using System.Globalization;
using System.Text;

namespace ChatBot.Local;

/// <summary>What a person wants to know once everything runs.</summary>
internal static class Announcement
{
    public static string Of(LocalStack stack, TimeSpan elapsed)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"\nReady in {elapsed.TotalSeconds:0.0} s. Ctrl-C stops everything; the data stays.\n");
        foreach (var app in stack.Apps)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  API       {app.BaseUrl}");
        }

        if (stack.HasPostgres)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  Database  {stack.Postgres.Uri()}");
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"  Model     {Model(stack)}");

        if (!stack.Settings.OwnAuth)
        {
            return text.AppendLine("\nSupabase__Url is set: take access tokens from that project.").ToString();
        }

        text.AppendLine("\nAccess tokens, good for eight hours:\n");
        foreach (var user in LocalUser.All)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  export {user.Name.ToUpperInvariant()}='{stack.Tokens.Mint(user.Token())}'");
        }

        if (stack.Apps is [var first, ..])
        {
            text.AppendLine("\nPaste this to see an answer stream:\n").AppendLine(Curl(first, stack.Tokens.Mint(LocalUser.Ada.Token())));
        }

        return text.ToString();
    }

    private static string Model(LocalStack stack) => (stack.Settings.OwnOpenAI, stack.Settings.OwnAzureOpenAI) switch
    {
        (true, true) => $"{stack.StandIn.Url} stands in for OpenAI and Azure OpenAI, and says there what it can be told",
        (true, false) => $"{stack.StandIn.Url} stands in for OpenAI; Azure OpenAI as in the environment",
        (false, true) => $"OpenAI as in the environment; {stack.StandIn.Url} stands in for Azure OpenAI",
        (false, false) => "as in the environment",
    };

    private static string Curl(AppProcess app, string token) =>
        $$"""  curl -N {{app.BaseUrl}}/api/chat -H "Authorization: Bearer {{token}}" -H "Content-Type: application/json" -H "Accept: text/event-stream" -d '{"chatId":"{{Guid.NewGuid()}}","messages":[{"role":"user","content":"Hello, what can you do?"}]}'""";
}
