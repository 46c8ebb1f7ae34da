using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChatBot.Local;

/// <summary>Tells another program how to use a running stack.</summary>
internal static class ReadyFile
{
    public static void Write(string path, LocalStack stack)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            Describe(stack).WriteTo(json);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        OwnFile.Write(path, buffer.ToArray());
    }

    private static JsonObject Describe(LocalStack stack) => new()
    {
        ["baseUrls"] = new JsonArray([.. stack.Apps.Select(app => JsonValue.Create(app.BaseUrl))]),
        ["users"] = new JsonArray([.. LocalUser.All.Select(user => new JsonObject
        {
            ["id"] = user.Id.ToString(),
            ["email"] = user.Email,
            ["token"] = stack.Tokens.Mint(user.Token()),
        })]),
        ["billingToken"] = stack.Tokens.Mint(LocalUser.Ada.Token() with { AppMetadata = new() { ["chatbot_role"] = "billing" } }),
        ["jwtSecret"] = stack.Tokens.LegacySecret,
        ["database"] = stack.HasPostgres ? stack.Postgres.Uri() : null,
        ["apiDatabase"] = stack.HasPostgres ? stack.Postgres.Uri("authenticator") : null,
        ["storage"] = stack.HasAzurite ? stack.Azurite.ConnectionString : null,
        ["model"] = new JsonObject { ["endpoint"] = $"{stack.StandIn.Url}/v1", ["journal"] = $"{stack.StandIn.Url}/journal" },
        ["processes"] = new JsonArray([.. stack.Processes.Select(process => new JsonObject { ["name"] = process.Name, ["pid"] = process.ProcessId })]),
    };
}
