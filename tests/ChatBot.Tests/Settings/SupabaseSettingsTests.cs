using Xunit;

namespace ChatBot.Tests.Settings;

public sealed class SupabaseSettingsTests
{
    [Theory]
    [InlineData("https://project.supabase.co")]
    [InlineData("https://project.supabase.co/")]
    [InlineData(" https://project.supabase.co// ")]
    public void The_issuer_and_the_key_set_are_found_from_the_projects_address(string url)
    {
        var supabase = SettingsText.Read(("Supabase__Url", url)).Supabase;

        Assert.Equal("https://project.supabase.co/auth/v1", supabase.Issuer);
        Assert.Equal("https://project.supabase.co/auth/v1/.well-known/jwks.json", supabase.Jwks.ToString());
        Assert.Null(supabase.JwtSecret);
    }

    [Fact]
    public void A_secret_is_taken_by_its_characters_not_as_base64()
    {
        const string secret = "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo=";

        Assert.Equal(System.Text.Encoding.UTF8.GetBytes(secret), SettingsText.Read(("Supabase__JwtSecret", secret)).Supabase.JwtSecret);
    }
}
