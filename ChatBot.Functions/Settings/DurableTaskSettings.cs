namespace ChatBot.Functions.Settings;

/// <summary>The process that keeps the task hub where there is no Functions host.</summary>
public sealed record DurableTaskSettings(Uri Endpoint)
{
    private const string Name = "DurableTask:Endpoint";
    private const string Example = "http://127.0.0.1:4001";

    public static DurableTaskSettings? Read(SettingReader reader)
    {
        reader.Required(Name, Example);
        return reader.Uri(Name, Example) is { } endpoint ? new(endpoint) : null;
    }
}
