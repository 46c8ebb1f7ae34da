using System.Text.Json;

namespace ChatBot.Local;

/// <summary>The program's settings as Azure Functions Core Tools read them, and host.json where they look for it: for <c>func start</c> beside a running stack.</summary>
internal static class LocalSettingsFile
{
    public static string Path => RepositoryRoot.Combine("ChatBot.Functions", "local.settings.json");

    public static void Write(LocalStack stack)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteBoolean("IsEncrypted", false);
            json.WriteStartObject("Values");
            json.WriteString("FUNCTIONS_WORKER_RUNTIME", "dotnet-isolated");
            // The host's own extension keeps the task hub.
            foreach (var (name, value) in stack.AppSettings.Where(setting => !setting.Key.StartsWith("DurableTask__", StringComparison.OrdinalIgnoreCase)))
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        OwnFile.Write(Path, buffer.ToArray());
        File.Copy(RepositoryRoot.Combine("host.json"), RepositoryRoot.Combine("ChatBot.Functions", "host.json"), overwrite: true);
    }
}
