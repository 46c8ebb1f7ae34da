using Npgsql;
using Xunit;

namespace ChatBot.Tests.Settings;

public sealed class DatabaseSettingsTests
{
    [Fact]
    public void A_uri_is_read_as_supabase_shows_it()
    {
        var connection = Read("postgresql://authenticator.project:secret@aws-0-eu-central-1.pooler.supabase.com:6543/postgres");

        Assert.Equal("aws-0-eu-central-1.pooler.supabase.com", connection.Host);
        Assert.Equal(6543, connection.Port);
        Assert.Equal("authenticator.project", connection.Username);
        Assert.Equal("secret", connection.Password);
        Assert.Equal("postgres", connection.Database);
    }

    [Theory]
    [InlineData("postgresql://u:p@db")]
    [InlineData("postgres://u:p@db/")]
    [InlineData("POSTGRESQL://u:p@db/postgres")]
    public void A_uri_may_leave_out_port_and_database(string uri)
    {
        var connection = Read(uri);

        Assert.Equal(5432, connection.Port);
        Assert.Equal("postgres", connection.Database);
    }

    [Fact]
    public void What_a_uri_escapes_is_unescaped()
    {
        var connection = Read("postgresql://a%40b:p%3Aa%2Fs%23s%25%20w%C3%B6rd%3B%27%22@db/my%20base");

        Assert.Equal("a@b", connection.Username);
        Assert.Equal("p:a/s#s% wörd;'\"", connection.Password);
        Assert.Equal("my base", connection.Database);
    }

    [Fact]
    public void A_password_may_hold_colons() => Assert.Equal("a:b:c", Read("postgresql://u:a:b:c@db").Password);

    [Fact]
    public void A_uri_may_leave_out_the_password() => Assert.Null(Read("postgresql://u@db").Password);

    [Fact]
    public void An_ipv6_address_is_a_host() => Assert.Equal("::1", Read("postgresql://u:p@[::1]:5433/postgres").Host!.Trim('[', ']'));

    [Theory]
    [InlineData("disable", SslMode.Disable)]
    [InlineData("require", SslMode.Require)]
    [InlineData("verify-ca", SslMode.VerifyCA)]
    [InlineData("verify-full", SslMode.VerifyFull)]
    public void Sslmode_is_read_as_libpq_writes_it(string text, SslMode mode) =>
        Assert.Equal(mode, Read($"postgresql://u:p@db/postgres?sslmode={text}").SslMode);

    [Fact]
    public void A_root_certificate_is_read_as_libpq_writes_it()
    {
        var connection = Read("postgresql://u:p@db/postgres?sslmode=verify-full&sslrootcert=%2Fetc%2Fssl%2Fprod-ca.crt");

        Assert.Equal("/etc/ssl/prod-ca.crt", connection.RootCertificate);
    }

    [Fact]
    public void A_connection_string_of_npgsql_is_read_too()
    {
        var connection = Read("Host=db;Port=6543;Username=u;Password='p;q';Database=chats;SSL Mode=Require");

        Assert.Equal("db", connection.Host);
        Assert.Equal(6543, connection.Port);
        Assert.Equal("p;q", connection.Password);
        Assert.Equal("chats", connection.Database);
        Assert.Equal(SslMode.Require, connection.SslMode);
    }

    [Fact]
    public void Nothing_is_kept_in_a_session_whatever_the_connection_string_says()
    {
        var settings = SettingsText.Read(
            ("Database__ConnectionString", "Host=db;No Reset On Close=false;Max Auto Prepare=20;Maximum Pool Size=90;Timeout=60"),
            ("Database__PoolSize", "7"),
            ("Database__PoolWaitSeconds", "3"),
            ("Database__StatementTimeoutSeconds", "4"));
        var connection = new NpgsqlConnectionStringBuilder(settings.Database.ConnectionString);

        Assert.True(connection.NoResetOnClose);
        Assert.Equal(0, connection.MaxAutoPrepare);
        Assert.Equal(7, connection.MaxPoolSize);
        Assert.Equal(3, connection.Timeout);
        Assert.Equal(TimeSpan.FromSeconds(4), settings.Database.StatementTimeout);
        Assert.True(connection.CommandTimeout > 4, "The server's own limit has to come first.");
    }

    private static NpgsqlConnectionStringBuilder Read(string text) =>
        new(SettingsText.Read(("Database__ConnectionString", text)).Database.ConnectionString);
}
