using ChatBot.Functions.Operations;
using ChatBot.Local;
using ChatBot.Tests.Database;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Npgsql;
using Xunit;

namespace ChatBot.Tests.Stack;

/// <summary>A migrated database of a test's own on the stack's server, for jobs that see to the rows of all users.</summary>
public sealed class OwnDatabase : IAsyncDisposable
{
    private const string Template = "own_template";

    // The last of the spare ones, for all: nobody takes anything from its queues.
    private const int StorageAccount = 199;

    private static readonly SemaphoreSlim s_template = new(1, 1);

    private readonly TestStack _stack;
    private readonly string _name = $"own_{Guid.NewGuid():N}";
    private readonly List<TestProgram> _programs = [];

    private OwnDatabase(TestStack stack) => _stack = stack;

    public TestStack Stack => _stack;

    public TestProgram Program => _programs[0];

    /// <summary>With full rights.</summary>
    public NpgsqlDataSource Database { get; private set; } = null!;

    /// <summary>With an instance of the program that does only what it is asked to.</summary>
    public static async Task<OwnDatabase> Create(TestStack stack, params (string Name, string Value)[] settings)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var own = new OwnDatabase(stack);
        await s_template.WaitAsync(cancellationToken);
        try
        {
            // Roles are the server's: only one at a time can make them.
            await MakeTemplate(stack, cancellationToken);
        }
        finally
        {
            s_template.Release();
        }

        await stack.Execute($"create database {own._name} template {Template} owner postgres");
        own.Database = NpgsqlDataSource.Create(stack.Local.Postgres.ConnectionString(database: own._name));
        await own.StartProgram(settings);
        return own;
    }

    /// <summary>A further instance.</summary>
    public async Task<TestProgram> StartProgram(params (string Name, string Value)[] settings)
    {
        // Its wake-ups would mean nothing to the pumps of other programs.
        var queues = ("AzureWebJobsStorage", _stack.Local.Azurite.SpareConnectionString(StorageAccount));
        var program = await _stack.StartWithoutTriggers([ConnectionOver(_stack.Local.Postgres.Port), queues, .. settings]);
        _programs.Add(program);
        return program;
    }

    /// <summary>The program's setting, by way of a wire at that port.</summary>
    public (string Name, string Value) ConnectionOver(int port) => (
        "Database__ConnectionString",
        new NpgsqlConnectionStringBuilder(_stack.Local.Postgres.ConnectionString("authenticator", _name)) { Port = port }.ConnectionString);

    public async Task<TestUser> NewUser(AccessToken? token = null)
    {
        var id = token?.Subject ?? Guid.NewGuid();
        await Execute("insert into auth.users (id, email) values ($1, $2)", id, $"{id:N}@example.com");
        return new TestUser(id, _stack.Local.Tokens.Mint(token ?? new AccessToken(id)), Program.Address);
    }

    /// <summary>A tick of each of an instance's timers.</summary>
    public Task RunTimer(TestProgram? program = null) => (program ?? Program).RunTimers();

    /// <summary>Starts what operations are due, as a tick of an instance's timer does, and waits until they are done. That takes a task hub.</summary>
    public async Task RunOperations(TestProgram? program = null)
    {
        var services = (program ?? Program).Services;
        await services.GetRequiredService<OperationFunctions>().StartOperations(
            new TimerInfo(), services.GetRequiredService<DurableTaskClient>(), TestContext.Current.CancellationToken);
        await StackExtensions.Poll(
            () => Scalar<bool>("select not exists (select from chatbot.operations where finished_at is null)"), "all operations are done");
    }

    public async Task<T?> Scalar<T>(string sql, params object[] parameters)
    {
        await using var command = StackExtensions.Command(Database, sql, parameters);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) is T value ? value : default;
    }

    public async Task<int> Execute(string sql, params object[] parameters)
    {
        await using var command = StackExtensions.Command(Database, sql, parameters);
        return await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static async Task MakeTemplate(TestStack stack, CancellationToken cancellationToken)
    {
        if (await stack.Scalar<bool>($"select exists (select from pg_database where datname = '{Template}')"))
        {
            return;
        }

        var postgres = stack.Local.Postgres;
        await stack.Execute($"create database {Template} owner postgres");
        var superuser = new NpgsqlConnectionStringBuilder(postgres.ConnectionString(database: Template, pooled: false));
        await SupabaseObjects.CreateAsync(superuser.ConnectionString, superuser.Password!, cancellationToken);
        await new Migrator().ApplyAsync(postgres.ConnectionString("postgres", Template, pooled: false), cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var program in _programs)
        {
            await program.DisposeAsync();
        }

        await Database.DisposeAsync();
        await _stack.Execute($"drop database {_name} with (force)");
    }
}
