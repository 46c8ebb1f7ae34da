using Npgsql;
using Xunit;

namespace ChatBot.Tests.Usage;

/// <summary>A database for one class of tests, whose users have the limits that a test gives them.</summary>
public sealed class BillingDatabase(BillingServer server) : IAsyncLifetime
{
    private string _connectionString = "";

    public NpgsqlDataSource Source { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _connectionString = await server.NewDatabase();
        Source = NpgsqlDataSource.Create(_connectionString);
    }

    /// <summary>A connection that lives at this moment; at none by the clock.</summary>
    public async Task<BillingSession> At(string? moment)
    {
        var session = new BillingSession(await Source.OpenConnectionAsync(TestContext.Current.CancellationToken));
        await session.Travel(moment);
        return session;
    }

    public async Task<Guid> NewUser(UserLimits? limits = null)
    {
        var id = Guid.NewGuid();
        await using var session = await At(null);
        await session.Execute("insert into auth.users (id, email) values ($1, $2)", id, $"{id:N}@example.com");
        await session.Limit(id, limits ?? new UserLimits());
        return id;
    }

    /// <summary>Returns when a statement of the session's waits for a lock.</summary>
    public async Task UntilItWaits(BillingSession session)
    {
        await using var watch = await At(null);
        await Until(() => watch.Scalar<bool>("select cardinality(pg_blocking_pids($1)) > 0", session.ProcessId));
    }

    public static async Task Until(Func<Task<bool>> isSo)
    {
        var deadline = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(30);
        while (!await isSo())
        {
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, "Not within 30 s.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await server.Drop(_connectionString);
    }
}
