using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ChatBot.Functions.Database;
using ChatBot.Functions.Identity;
using ChatBot.Shared.Preferences;
using Npgsql;

namespace ChatBot.Functions.Preferences;

public sealed class PreferenceStore(ChatBotDatabase database, KeyVault vault)
{
    private static readonly OpenAISettings s_openAI = new("gpt-4o");
    private static readonly NotificationSettings s_notifications = new(false, false);

    public async Task<UserPreferences> Get(CurrentUser user, CancellationToken cancellation) =>
        (await database.First(user.Caller, Statement.Of(PreferenceSql.Get), row => Read(user.Id, row), cancellation))!;

    public Task Update(CurrentUser user, UpdatePreferencesRequest request, CancellationToken cancellation) =>
        database.Execute(
            user.Caller,
            Statement.Of(
                PreferenceSql.Update,
                Parameter.Text(request.Theme),
                Parameter.Json(request.OpenaiSettings is { } o ? JsonSerializer.Serialize(o, PreferenceJson.Default.OpenAISettings) : null),
                Parameter.Json(request.NotificationSettings is { } n ? JsonSerializer.Serialize(n, PreferenceJson.Default.NotificationSettings) : null)),
            cancellation);

    public async Task PutKey(CurrentUser user, string key, CancellationToken cancellation)
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
            cancellation);
    }

    public async Task<bool> DeleteKey(CurrentUser user, CancellationToken cancellation) =>
        await database.First(user.Caller, Statement.Of(PreferenceSql.DeleteKey), row => row.GetString(0), cancellation) == "true";

    private UserPreferences Read(Guid userId, NpgsqlDataReader row)
    {
        var key = row.TextOrNull(3) is { } lastFour
            ? new ProviderKeyDescription(lastFour, vault.Open(userId, SealedKey.Read(row, 5)) is not null, row.TimeOrNull(4))
            : null;
        return new UserPreferences(
            row.TextOrNull(0) ?? "system",
            Parse(row.TextOrNull(1), PreferenceJson.Default.OpenAISettings, s_openAI),
            Parse(row.TextOrNull(2), PreferenceJson.Default.NotificationSettings, s_notifications),
            key);
    }

    /// <summary>Users may write these columns past this program, through Supabase: what makes no sense counts as not set.</summary>
    private static T Parse<T>(string? json, JsonTypeInfo<T> type, T byDefault)
        where T : class
    {
        try
        {
            return json is null ? byDefault : JsonSerializer.Deserialize(json, type) ?? byDefault;
        }
        catch (JsonException)
        {
            return byDefault;
        }
    }
}
