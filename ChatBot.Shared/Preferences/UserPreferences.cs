using System.Text.Json.Serialization;

namespace ChatBot.Shared.Preferences;

/// <summary>A user's preferences. Who has stored none has the defaults.</summary>
/// <param name="Theme"><c>system</c>, <c>light</c> or <c>dark</c>.</param>
/// <param name="OpenaiKey">The user's own key, where one is stored: described, never shown.</param>
public sealed record UserPreferences(
    string Theme,
    OpenAISettings OpenaiSettings,
    NotificationSettings NotificationSettings,
    ProviderKeyDescription? OpenaiKey);

/// <summary>Stored as the column <c>openai_settings</c>, with these very names.</summary>
public sealed record OpenAISettings([property: JsonPropertyName("preferred_model")] string? PreferredModel = null);

/// <summary>Stored as the column <c>notification_settings</c>, with these very names.</summary>
public sealed record NotificationSettings(
    [property: JsonPropertyName("email_notifications")] bool? EmailNotifications = null,
    [property: JsonPropertyName("push_notifications")] bool? PushNotifications = null);

/// <summary>Body of <c>PATCH /api/preferences</c>: what is absent stays as it is, null makes it the default again.</summary>
public sealed record UpdatePreferencesRequest(
    string? Theme = null,
    OpenAISettings? OpenaiSettings = null,
    NotificationSettings? NotificationSettings = null);

/// <summary>Body of <c>PUT /api/preferences/openai-key</c>.</summary>
/// <param name="Key">The key as OpenAI gave it, 20 to 500 printable ASCII characters. It can be replaced and deleted, never read.</param>
public sealed record ProviderKeyRequest(string? Key = null);

/// <summary>What is shown of a stored key.</summary>
/// <param name="LastFour">Its last four characters.</param>
/// <param name="Readable">False where it was encrypted under a data key that the program no longer has: store it again.</param>
public sealed record ProviderKeyDescription(string LastFour, bool Readable, DateTimeOffset? LastVerifiedAt);
