namespace ChatBot.Functions.Settings;

/// <summary>Where alerts are sent to.</summary>
/// <param name="Secret">The key that each of them is signed with.</param>
public sealed record WebhookSettings(Uri Url, byte[] Secret)
{
    private const string SecretName = "Alerts:WebhookSecret";
    private const string SecretPrefix = "whsec_";
    private const string SecretExample = "whsec_<32 random bytes in Base64, for instance from: openssl rand -base64 32>";

    // As Standard Webhooks has it.
    private const int LeastSecretBytes = 24;
    private const int MostSecretBytes = 64;

    /// <summary>Null where no address is set: nothing is sent.</summary>
    public static WebhookSettings? Read(SettingReader reader)
    {
        if (reader.Uri("Alerts:WebhookUrl", "https://alerts.example.com/chatbot") is not { } url)
        {
            return null;
        }

        if (reader.Optional(SecretName) is not { } text)
        {
            reader.Mistake(SecretName, "is missing beside Alerts__WebhookUrl", SecretExample);
            return null;
        }

        var bytes = new byte[MostSecretBytes];
        if (text.StartsWith(SecretPrefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(text[SecretPrefix.Length..], bytes, out var length) && length >= LeastSecretBytes)
        {
            return new WebhookSettings(url, bytes[..length]);
        }

        reader.Mistake(SecretName, $"is not whsec_ and then {LeastSecretBytes} to {MostSecretBytes} bytes in Base64", SecretExample);
        return null;
    }
}
