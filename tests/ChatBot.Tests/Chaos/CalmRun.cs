using ChatBot.Chaos;
using ChatBot.Chaos.Checking;
using ChatBot.Tests.Local;
using Npgsql;
using Xunit;

namespace ChatBot.Tests.Chaos;

/// <summary>A short run without faults, whose books are then falsified.</summary>
public sealed class CalmRun : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private ChaosRun _run = null!;

    public async ValueTask InitializeAsync()
    {
        var options = new ChaosOptions
        {
            Duration = TimeSpan.FromSeconds(3),
            MinCompletions = 12,
            Processes = 2,
            Clients = 6,
            KillEvery = TimeSpan.Zero,
            LongestAnswer = TimeSpan.FromMilliseconds(500),
        };
        _run = await ChaosRun.StartAsync(options, _directory.Path, _ => { });
        Assert.True(await _run.RunAsync(), "The run did not become quiet.");
    }

    /// <summary>What the checker says of the books after these statements, which are taken back.</summary>
    public async Task<IReadOnlyList<Finding>> CheckAsync(string falsification = "", Func<Evidence, Evidence>? falsify = null)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var connection = await _run.Database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (falsification.Length > 0)
        {
#pragma warning disable CA2100 // The statements are the tests' own.
            await using var command = new NpgsqlCommand(falsification, connection);
#pragma warning restore CA2100
            Assert.NotEqual(0, await command.ExecuteNonQueryAsync(cancellationToken));
        }

        var evidence = await _run.CollectAsync(connection);
        return Checker.Check(falsify is null ? evidence : falsify(evidence));
    }

    public async ValueTask DisposeAsync()
    {
        await _run.DisposeAsync();
        _directory.Dispose();
    }
}
