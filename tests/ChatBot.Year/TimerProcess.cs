using ChatBot.Local;
using Npgsql;

namespace ChatBot.Year;

/// <summary>
/// A process of the program as the worker of a Functions host: its timers fire when they are told to. The long operations that they start are done by
/// the other processes.
/// </summary>
public sealed class TimerProcess(LocalStack stack) : IAsyncDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly NpgsqlDataSource _database = NpgsqlDataSource.Create(stack.Postgres.ConnectionString());
    private FunctionsHost? _host;

    public async Task StartAsync(IReadOnlyDictionary<string, string> settings)
    {
        var package = Environment.GetEnvironmentVariable("CHATBOT_PACKAGE") is { Length: > 0 } folder ? folder : AppProgram.BuiltFolder;
        var all = new Dictionary<string, string>([.. stack.AppSettings, .. settings]);
        _host = await FunctionsHost.StartAsync(new() { Package = package, Settings = all, Triggers = false });
    }

    /// <summary>One tick; what it starts is done then.</summary>
    /// <exception cref="InvocationFailedException">One of the timer's jobs failed.</exception>
    /// <exception cref="TimeoutException">An operation was not done in time.</exception>
    public async Task RunAsync()
    {
        foreach (var timer in (string[])["SweepCompletions", "EnforceUsageCaps", "StartOperations"])
        {
            await _host!.InvokeTimerAsync(timer);
        }

        for (var deadline = TimeProvider.System.GetUtcNow() + s_timeout; await HasUnfinishedAsync(); await Task.Delay(s_pause))
        {
            if (TimeProvider.System.GetUtcNow() > deadline)
            {
                throw new TimeoutException("A long operation was not done in time.");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        await _database.DisposeAsync();
    }

    private async Task<bool> HasUnfinishedAsync()
    {
        await using var command = _database.CreateCommand("select exists (select from chatbot.operations where finished_at is null)");
        return await command.ExecuteScalarAsync() is true;
    }
}
