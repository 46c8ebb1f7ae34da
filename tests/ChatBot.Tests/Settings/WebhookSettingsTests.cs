using Xunit;

namespace ChatBot.Tests.Settings;

public sealed class WebhookSettingsTests
{
    private static readonly (string Name, string? Value) s_url = ("Alerts__WebhookUrl", "https://alerts.example.com/chatbot");

    [Fact]
    public void Without_an_address_nothing_is_sent() => Assert.Null(SettingsText.Read().Webhook);

    [Theory]
    [InlineData(24)]
    [InlineData(64)]
    public void A_secret_has_24_to_64_bytes(int length)
    {
        var webhook = SettingsText.Read(s_url, Secret(length)).Webhook!;

        Assert.Equal(s_url.Value, webhook.Url.ToString());
        Assert.Equal(Enumerable.Repeat((byte)7, length), webhook.Secret);
    }

    [Fact]
    public void An_address_alone_is_not_enough()
    {
        var mistake = Assert.Single(SettingsText.Mistakes(s_url));

        Assert.StartsWith("Setting Alerts__WebhookSecret is missing", mistake, StringComparison.Ordinal);
        Assert.Contains("Example: Alerts__WebhookSecret=whsec_", mistake, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(23)]
    [InlineData(65)]
    public void A_secret_too_short_or_too_long_is_refused_without_being_shown(int length)
    {
        var secret = Secret(length);

        var mistake = Assert.Single(SettingsText.Mistakes(s_url, secret));

        Assert.StartsWith("Setting Alerts__WebhookSecret is not whsec_", mistake, StringComparison.Ordinal);
        Assert.DoesNotContain(secret.Value![6..], mistake, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH")]
    [InlineData("whsec_")]
    [InlineData("whsec_not Base64 at all, whatever its length")]
    [InlineData("WHSEC_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH")]
    public void What_is_no_secret_is_refused(string secret) =>
        Assert.StartsWith(
            "Setting Alerts__WebhookSecret is not whsec_", Assert.Single(SettingsText.Mistakes(s_url, ("Alerts__WebhookSecret", secret))), StringComparison.Ordinal);

    [Fact]
    public void An_address_that_is_none_is_refused() =>
        Assert.StartsWith(
            "Setting Alerts__WebhookUrl is not an http or https address",
            Assert.Single(SettingsText.Mistakes(("Alerts__WebhookUrl", "alerts.example.com"), Secret(32))),
            StringComparison.Ordinal);

    private static (string Name, string? Value) Secret(int length) =>
        ("Alerts__WebhookSecret", $"whsec_{Convert.ToBase64String([.. Enumerable.Repeat((byte)7, length)])}");
}
