using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ChatBot.Functions.Database;
using ChatBot.Functions.Identity;
using ChatBot.Shared.Preferences;
using Npgsql;

namespace ChatBot.Functions.Preferences;

public sealed class PreferenceStore(ChatBotDatabase database, ProviderKeyCipher vault)
{
    private const string Theme = "system";

    private static readonly OpenAISettings s_openAI = new("gpt-4o");
    private static readonly NotificationSettings s_notifications = new(false, false);

    public async Task<UserPreferences> Get(CurrentUser user, CancellationToken cancellationToken) =>
        (await database.First(user.Caller, Statement.Of(PreferenceSql.Get), row => Read(user.Id, row), cancellationToken))!;

    /// <summary>Changes what is named, and leaves the rest; null is the default.</summary>
    public Task Update(CurrentUser user, UpdatePreferencesRequest request, IReadOnlySet<string> named, CancellationToken cancellationToken)
    {
        var (openAI, notifications) = (request.OpenaiSettings, request.NotificationSettings);
        var openAIChanges = new OpenAISettings(IsNamed("openaiSettings", "preferred_model") ? openAI?.PreferredModel ?? s_openAI.PreferredModel : null);
        var notificationChanges = new NotificationSettings(
            IsNamed("notificationSettings", "email_notifications") ? notifications?.EmailNotifications ?? s_notifications.EmailNotifications : null,
            IsNamed("notificationSettings", "push_notifications") ? notifications?.PushNotifications ?? s_notifications.PushNotifications : null);
        return database.Execute(
            user.Caller,
            Statement.Of(
                PreferenceSql.Update,
                Parameter.Text(named.Contains("theme") ? request.Theme ?? Theme : null),
                Parameter.Json(JsonSerializer.Serialize(openAIChanges, PreferenceJson.Default.OpenAISettings)),
                Parameter.Json(JsonSerializer.Serialize(notificationChanges, PreferenceJson.Default.NotificationSettings))),
            cancellationToken);

        // Settings that are null as a whole are null in each member.
        bool IsNamed(string settings, string member) =>
            named.Contains($"{settings}.{member}") || (named.Contains(settings) && (settings == "openaiSettings" ? openAI is null : notifications is null));
    }

    public async Task PutKey(CurrentUser user, string key, CancellationToken cancellationToken)
    {
        var stored = vault.Seal(user.Id, Guid.CreateVersion7(), key);
        await database.Execute(
            user.Caller,
            Statement.Of(
                PreferenceSql.PutKey,
                Parameter.Uuid(stored.Id),
                Parameter.Bytes(stored.Ciphertext),
                Parameter.Bytes(stored.Nonce),
                Parameter.Integer(stored.Version),
                Parameter.Text(key[^4..])),
            cancellationToken);
    }

    public async Task<bool> DeleteKey(CurrentUser user, CancellationToken cancellationToken) =>
        await database.First(user.Caller, Statement.Of(PreferenceSql.DeleteKey), row => row.GetString(0), cancellationToken) == "true";

    private UserPreferences Read(Guid userId, NpgsqlDataReader row)
    {
        var key = row.TextOrNull(3) is { } lastFour
            ? new ProviderKeyDescription(lastFour, vault.Open(userId, EncryptedKey.Read(row, 5)) is not null, row.TimeOrNull(4))
            : null;
        return new UserPreferences(
            row.TextOrNull(0) ?? Theme,
            Parse(row.TextOrNull(1), PreferenceJson.Default.OpenAISettings, s_openAI),
            Parse(row.TextOrNull(2), PreferenceJson.Default.NotificationSettings, s_notifications),
            key);
    }

    /// <summary>Users may write these columns past this program, through Supabase: what makes no sense counts as not set.</summary>
    private static T Parse<T>(string? json, JsonTypeInfo<T> type, T defaultValue)
        where T : class
    {
        try
        {
            return json is null ? defaultValue : JsonSerializer.Deserialize(json, type) ?? defaultValue;
        }
        catch (JsonException)
        {
            return defaultValue;
        }
    }
}
