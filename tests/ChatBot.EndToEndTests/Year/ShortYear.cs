using ChatBot.Chaos.Checking;
using ChatBot.Year;
using ChatBot.Year.Checking;
using Npgsql;
using Xunit;

namespace ChatBot.EndToEndTests.Year;

/// <summary>A few months of a few users, whose books are then falsified.</summary>
public sealed class ShortYear(PublishedProgram published) : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("chatbot-year-");
    private YearRun _run = null!;

    public async ValueTask InitializeAsync()
    {
        _run = await YearRun.StartAsync(new YearOptions { Users = 40, Months = 3, Program = published.Program }, _directory.FullName, _ => { });
        await _run.RunAsync();
    }

    /// <summary>What the checker says of the books after these statements, which are taken back.</summary>
    public async Task<IReadOnlyList<Finding>> Check(string falsification = "", Func<YearEvidence, YearEvidence>? falsify = null)
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
        return YearChecker.Check(falsify is null ? evidence : falsify(evidence));
    }

    public async ValueTask DisposeAsync()
    {
        if (_run is not null)
        {
            await _run.DisposeAsync();
        }

        _directory.Delete(recursive: true);
    }
}
