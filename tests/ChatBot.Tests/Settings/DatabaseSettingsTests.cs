using Npgsql;
using Xunit;

namespace ChatBot.Tests.Settings;

public sealed class DatabaseSettingsTests
{
    private const string Example = "postgresql://authenticator.<project>:<password>@<pooler host>:6543/postgres";

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

    [Theory]
    [InlineData("pgbouncer=true")]
    [InlineData("pgbouncer=true&connection_limit=1")]
    [InlineData("sslmode=require&supa=base-pooler.x")]
    [InlineData("workaround=supabase-pooler.vercel")]
    [InlineData("gssencmode=disable")]
    [InlineData("PGBOUNCER=true&pool_timeout=20&schema=public&statement_cache_size=0")]
    [InlineData("application_name=psql&connect_timeout=10&keepalives=1&keepalives_idle=30&keepalives_interval=10&keepalives_count=3")]
    [InlineData("channel_binding=prefer&options=reference%3Dproject")]
    public void Parameters_that_the_dashboard_and_other_drivers_add_do_no_harm(string query)
    {
        var connection = Read($"postgresql://authenticator.project:secret@aws-0-eu-central-1.pooler.supabase.com:6543/postgres?{query}");

        Assert.Equal("aws-0-eu-central-1.pooler.supabase.com", connection.Host);
        Assert.Equal("chatbot", connection.ApplicationName);
    }

    [Fact]
    public void What_says_how_to_connect_is_taken_over()
    {
        var connection = Read("postgresql://u:p@db/postgres?channel_binding=require&options=reference%3Dproject&Keepalive=30");

        Assert.Equal(ChannelBinding.Require, connection.ChannelBinding);
        Assert.Equal("reference=project", connection.Options);
        Assert.Equal(30, connection.KeepAlive);
    }

    [Theory]
    [InlineData("postgresql://u:{0}@db/postgres?pgbouncer=true&foo=bar", "has a parameter that is not known: foo.")]
    [InlineData("postgresql://u:{0}@db/postgres?foo=1&sslmode=require&bar_baz=2&foo", "has parameters that are not known: foo, bar_baz.")]
    [InlineData("postgresql://u:{0}@db/postgres?x%00y={0}", "has a parameter that is not known: number 1.")]
    [InlineData("postgresql://u:{0}@db/postgres?sslmode=require&{0}=1", "has a parameter that is not known: number 2.")]
    [InlineData("postgresql://u:{0}@db/postgres?sslmode=no-verify", "has a parameter whose value is not known: sslmode.")]
    [InlineData("postgresql://u:{0}@db/postgres?gssencmode=require", "has a parameter whose value is not known: gssencmode.")]
    [InlineData("postgresql://u:{0}@db/postgres?channel_binding=maybe", "has a parameter whose value is not known: channel_binding.")]
    [InlineData("Host=db;Password={0};Foo=1;Bar Baz=2", "has parameters that are not known: foo, bar baz.")]
    [InlineData("Host=db;Password={0};SSL Mode=sometimes", "has a parameter whose value is not known: ssl mode.")]
    [InlineData("Host=db;Password={0};{0}=1", "has a parameter that is not known: number 3.")]
    public void What_is_not_known_is_refused_by_its_name(string text, string mistake)
    {
        var connection = text.Replace("{0}", SettingsText.Password, StringComparison.Ordinal);

        Assert.Equal(
            [$"Setting Database__ConnectionString {mistake} Example: Database__ConnectionString={Example}"],
            SettingsText.Mistakes(("Database__ConnectionString", connection)));
    }

    [Theory]
    [InlineData("postgresql://u:1?{0}=x@db/postgres")]
    [InlineData("postgresql://u:1#{0}@db/postgres")]
    [InlineData("postgresql://u:{0}/x@db/postgres")]
    [InlineData("postgresql://u:{0}")]
    [InlineData("{0}")]
    public void A_password_that_is_not_escaped_is_not_shown_as_something_else(string text)
    {
        var mistake = Assert.Single(SettingsText.Mistakes(("Database__ConnectionString", text.Replace("{0}", SettingsText.Password, StringComparison.Ordinal))));

        Assert.StartsWith("Setting Database__ConnectionString is neither a postgresql:// URI nor an Npgsql connection string", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void The_dashboards_placeholder_is_no_password() => Assert.Equal(
        [$"Setting Database__ConnectionString has [YOUR-PASSWORD] in the place of the password. Example: Database__ConnectionString={Example}"],
        SettingsText.Mistakes(("Database__ConnectionString", "postgresql://postgres.project:[YOUR-PASSWORD]@aws-0-eu-central-1.pooler.supabase.com:6543/postgres")));

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
            ("Database__ConnectionString", "Host=db;No Reset On Close=false;Max Auto Prepare=20;Minimum Pool Size=9;Maximum Pool Size=90;Timeout=60"),
            ("Database__PoolSize", "7"),
            ("Database__PoolWaitSeconds", "3"),
            ("Database__StatementTimeoutSeconds", "4"));
        var connection = new NpgsqlConnectionStringBuilder(settings.Database.ConnectionString);

        Assert.True(connection.NoResetOnClose);
        Assert.Equal(0, connection.MaxAutoPrepare);
        // The pool for /health/ready has room for one.
        Assert.Equal(0, connection.MinPoolSize);
        Assert.Equal(7, connection.MaxPoolSize);
        Assert.Equal(3, connection.Timeout);
        Assert.Equal(TimeSpan.FromSeconds(4), settings.Database.StatementTimeout);
        Assert.True(connection.CommandTimeout > 4, "The server's own limit has to come first.");
    }

    private static NpgsqlConnectionStringBuilder Read(string text) =>
        new(SettingsText.Read(("Database__ConnectionString", text)).Database.ConnectionString);
}
