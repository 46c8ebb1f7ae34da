using Xunit;

namespace ChatBot.Tests.Settings;

public sealed class EncryptionSettingsTests
{
    private static readonly string s_other = Convert.ToBase64String(new byte[32]);

    [Fact]
    public void The_newest_key_encrypts_where_nothing_else_is_said()
    {
        var encryption = SettingsText.Read(("Encryption__Keys__10", s_other), ("Encryption__Keys__9", s_other)).Encryption;

        Assert.Equal(10, encryption.CurrentVersion);
        Assert.Equal([1, 9, 10], encryption.Keys.Keys.Order());
    }

    [Fact]
    public void An_older_key_encrypts_where_that_is_said()
    {
        var encryption = SettingsText.Read(("Encryption__Keys__2", s_other), ("Encryption__CurrentVersion", "1")).Encryption;

        Assert.Equal(1, encryption.CurrentVersion);
        Assert.Equal(SettingsText.DataKey, Convert.ToBase64String(encryption.Keys[1]));
    }

    [Fact]
    public void A_mistake_in_a_key_does_not_show_the_key()
    {
        var mistake = Assert.Single(SettingsText.Mistakes(("Encryption__Keys__2", "c2VjcmV0LWNhbmFyeQ==")));

        Assert.DoesNotContain("c2VjcmV0", mistake, StringComparison.Ordinal);
    }
}
