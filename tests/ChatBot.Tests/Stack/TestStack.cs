using ChatBot.Local;
using ChatBot.Tests.Local;
using ChatBot.Tests.Stack;
using Npgsql;
using Xunit;

[assembly: AssemblyFixture(typeof(TestStack))]

namespace ChatBot.Tests.Stack;

/// <summary>
/// Real Postgres, real Azurite and the stand-in model, with one instance of the program in this process. One for the whole run:
/// what parts the tests is a fresh user for each.
/// </summary>
public sealed class TestStack : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private LocalStack _stack = null!;
    private TestProgram _program = null!;

    public LocalStack Local => _stack;

    public ModelStandIn Model => _stack.StandIn.Model;

    /// <summary>With full rights, to look and to prepare.</summary>
    public NpgsqlDataSource Database { get; private set; } = null!;

    public TestProgram Program => _program;

    public async ValueTask InitializeAsync()
    {
        var options = new StackOptions(_directory.Path)
        {
            Durable = false,
            PostgresSettings = new Dictionary<string, string> { ["max_connections"] = "300" },
        };
        _stack = await LocalStack.StartAsync(options, TestContext.Current.CancellationToken);
        Model.DefaultDelay = TimeSpan.Zero;
        Database = NpgsqlDataSource.Create(_stack.Postgres.ConnectionString());
        _program = await StartProgram((TestTaskHub.None.Name, _stack.DurableTask.Url));
    }

    /// <summary>A further instance, with settings of its own; the caller ends it. In long operations it takes no part.</summary>
    public Task<TestProgram> StartProgram(params (string Name, string Value)[] settings) =>
        // The tests of all faults share the model, which is not to be left alone for that.
        TestProgram.Start(_stack.AppSettings, [("ModelCalls__CircuitFailures", "10000"), TestTaskHub.None, .. settings]);

    /// <summary>A user that nobody else has, talking to the shared instance or to another.</summary>
    public async Task<TestUser> NewUser(TestProgram? program = null)
    {
        var id = await NewAccount();
        return new TestUser(id, _stack.Tokens.Mint(new AccessToken(id)), (program ?? _program).Address);
    }

    /// <summary>The id of somebody who has signed up, for tokens of a test's own.</summary>
    public async Task<Guid> NewAccount()
    {
        var id = Guid.NewGuid();
        await using var insert = Database.CreateCommand("insert into auth.users (id, email) values ($1, $2)");
        insert.Parameters.Add(new() { Value = id });
        insert.Parameters.Add(new() { Value = $"{id:N}@example.com" });
        await insert.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return id;
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        await Database.DisposeAsync();
        await _stack.DisposeAsync();
        _directory.Dispose();
    }
}
