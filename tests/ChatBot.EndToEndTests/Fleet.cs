using System.Globalization;
using ChatBot.Local;
using ChatBot.Tests.Stack;
using Npgsql;
using Xunit;

namespace ChatBot.EndToEndTests;

/// <summary>Eight processes of the program on servers of their own, as limits of the deployment would be in everybody's way.</summary>
public sealed class Fleet(PublishedProgram published) : IAsyncLifetime
{
    private const int Size = 8;

    // However slow the machine is, an answer that waits is not taken for dead, which would make room for another.
    private static readonly Dictionary<string, string> s_patient = new()
    {
        ["Streams__IdleSeconds"] = "600",
        ["Streams__FirstTokenSeconds"] = "600",
        ["Streams__LeaseSeconds"] = "600",
        // Who is turned away comes again, which costs more than to wait.
        ["Database__PoolWaitSeconds"] = "15",
        // Each connection learns all functions anew, and all of them wait for one lock.
        ["Database__PoolSize"] = "4",
        ["DOTNET_TieredPGO"] = "0",
    };

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("chatbot-fleet-");
    private readonly List<AppProcess> _apps = [];
    private LocalStack _stack = null!;

    public NpgsqlDataSource Database { get; private set; } = null!;

    public IReadOnlyList<Uri> Addresses => [.. _apps.Select(app => new Uri(app.BaseUrl))];

    public async ValueTask InitializeAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        _stack = await LocalStack.StartAsync(new StackOptions(_directory.FullName) { Durable = false, Program = published.Program }, cancellationToken);
        Database = NpgsqlDataSource.Create(_stack.Postgres.ConnectionString());
        for (var number = 1; number <= Size; number++)
        {
            _apps.Add(await _stack.StartAppAsync($"fleet-{number}", overrides: s_patient));
        }

        await Task.WhenAll(_apps.Select(app => app.WaitUntilReadyAsync(TimeSpan.FromMinutes(2), cancellationToken)));
    }

    /// <summary>A user whom nothing but a cap can be in the way of.</summary>
    public async Task<TestUser> NewUser()
    {
        var user = await LocalUser.CreateAsync(_stack.Postgres.ConnectionString(), TestContext.Current.CancellationToken);
        await Execute(
            "insert into billing.user_plans (user_id, plan_id, requests_per_minute, concurrent_streams, max_output_tokens) values ($1, 'free', 1000000, 100000, 100)",
            user.Id);
        return new TestUser(user.Id, _stack.Tokens.Mint(user.Token()), Addresses[0]);
    }

    public async Task<long> Count(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        return Convert.ToInt64(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken), CultureInfo.InvariantCulture);
    }

    public async Task Execute(string sql, params object?[] parameters)
    {
        await using var command = Command(sql, parameters);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_apps.Select(app => app.KillAsync()));
        foreach (var app in _apps)
        {
            await app.DisposeAsync();
        }

        await Database.DisposeAsync();
        await _stack.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private NpgsqlCommand Command(string sql, object?[] parameters)
    {
#pragma warning disable CA2100 // The statements are the tests' own.
        var command = Database.CreateCommand(sql);
#pragma warning restore CA2100
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter ?? DBNull.Value });
        }

        return command;
    }
}
