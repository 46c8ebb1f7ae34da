namespace ChatBot.Functions.Settings;

/// <param name="Model">The configured model that gives chats their titles; null: they keep the first words of their first message.</param>
public sealed record TitleSettings(string? Model)
{
    public static TitleSettings Read(SettingReader reader, IReadOnlyList<ModelSettings> models)
    {
        var name = reader.Optional("Titles:Model");
        if (name is not null && models.All(m => m.Name != name))
        {
            reader.Mistake("Titles:Model", "is not a configured model", models[0].Name);
        }

        return new TitleSettings(name);
    }
}
