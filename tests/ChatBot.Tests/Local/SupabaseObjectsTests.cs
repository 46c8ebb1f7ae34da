using ChatBot.Local;
using Xunit;

namespace ChatBot.Tests.Local;

public sealed class SupabaseObjectsTests(MigratedDatabase database) : IClassFixture<MigratedDatabase>
{
    [Fact]
    public Task They_can_be_created_again() =>
        SupabaseObjects.CreateAsync(database.Server.ConnectionString(), "secret", TestContext.Current.CancellationToken);

    [Theory]
    [InlineData("""{"sub":"ada00000-0000-4000-8000-000000000001","role":"authenticated"}""", "ada00000-0000-4000-8000-000000000001|authenticated")]
    [InlineData("", "nobody|none")]
    public async Task The_caller_is_who_the_claims_say_and_nobody_without(string claims, string expected) => Assert.Equal(expected, await database.ReadAsync(
        "authenticator",
        "set local role authenticated",
        $"select set_config('request.jwt.claims', '{claims}', true)",
        "select coalesce(auth.uid()::text, 'nobody') || '|' || coalesce(auth.role(), auth.jwt() ->> 'role', 'none')"));

    [Fact]
    public async Task Without_any_claims_the_caller_is_nobody() =>
        Assert.Equal(true, await database.ReadAsync("authenticator", "set local role anon", "select auth.uid() is null and auth.jwt() is null"));

    [Fact]
    public async Task New_tables_in_public_are_open_to_the_api_roles_until_a_migration_closes_them() => Assert.Equal(true, await database.ReadAsync(
        "postgres",
        "create table public.opened (id int)",
        "select has_table_privilege('anon', 'public.opened', 'select') and has_table_privilege('authenticated', 'public.opened', 'insert')"));

    [Fact]
    public async Task Postgres_bypasses_row_level_security_and_is_no_superuser() =>
        Assert.Equal(true, await database.ReadAsync("postgres", "select rolbypassrls and not rolsuper from pg_roles where rolname = current_user"));

    [Fact]
    public async Task Tables_may_refer_to_users_and_users_are_not_the_api_roles_to_read()
    {
        await database.ReadAsync("postgres", "create table public.owned (user_id uuid references auth.users on delete cascade)");
        var user = await LocalUser.CreateAsync(database.Server.ConnectionString(), TestContext.Current.CancellationToken);

        Assert.Equal(user.Email, await database.ReadAsync("postgres", $"select email from auth.users where id = '{user.Id}'"));
        var failure = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => database.ReadAsync("authenticator", "set local role authenticated", "select count(*) from auth.users"));
        Assert.Equal(Npgsql.PostgresErrorCodes.InsufficientPrivilege, failure.SqlState);
    }
}
