namespace ChatBot.Functions.Settings;

/// <param name="CloseAfter">How long after its end a period stays open for what is still on its way.</param>
public sealed record BillingSettings(TimeSpan CloseAfter)
{
    public static BillingSettings Read(SettingReader reader) => new(TimeSpan.FromHours(reader.Integer("Billing:CloseAfterHours", 24, 1, 720)));
}
