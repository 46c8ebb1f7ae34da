using ChatBot.Functions.Database;
using NpgsqlTypes;

namespace ChatBot.Functions.Preferences;

/// <summary>
/// Brings users' own keys under the current data key, so that an older one can be taken away once nothing is under it. A key
/// that cannot be opened stays as it is: its data key may come back.
/// </summary>
public sealed partial class RotateKeys(ChatBotDatabase database, KeyVault vault, ILogger<RotateKeys> log)
{
    private const int BatchSize = 200;

    // About a second's work; the next run goes on where this one ends.
    private const int MaxBatches = 20;

    private int _isRunning;
    private Guid _after;
    private int _closedBefore;
    private int _closed;

    public async Task Run(CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _isRunning, 1) == 1)
        {
            return;
        }

        try
        {
            await GoOn(cancellation);
        }
        finally
        {
            Volatile.Write(ref _isRunning, 0);
        }
    }

    private async Task GoOn(CancellationToken cancellation)
    {
        var rotated = 0;
        _closed = _after == Guid.Empty ? 0 : _closed;
        for (var n = 0; n < MaxBatches; n++)
        {
            var batch = await database.All(
                Caller.Service,
                Statement.Of(
                    PreferenceSql.KeysOfOtherVersions, Parameter.Integer(vault.CurrentVersion), Parameter.Uuid(_after), Parameter.Integer(BatchSize)),
                row => (UserId: row.GetGuid(0), Key: SealedKey.Read(row, 1)),
                cancellation);
            rotated += await Reseal(batch, cancellation);
            _after = batch.Count < BatchSize ? Guid.Empty : batch[^1].Key.Id;
            if (_after == Guid.Empty)
            {
                TellOfClosed();
                break;
            }
        }

        if (rotated > 0)
        {
            Log.Rotated(log, rotated, vault.CurrentVersion);
        }
    }

    private async Task<int> Reseal(List<(Guid UserId, SealedKey Key)> batch, CancellationToken cancellation)
    {
        List<(byte[] Was, SealedKey Key)> resealed = [];
        foreach (var (userId, key) in batch)
        {
            if (vault.Open(userId, key) is { } open)
            {
                resealed.Add((key.Ciphertext, vault.Seal(userId, key.Id, open)));
            }
            else
            {
                _closed++;
            }
        }

        return resealed.Count == 0 ? 0 : await database.Execute(
            Caller.Service,
            Statement.Of(
                PreferenceSql.Reseal,
                Parameter.Integer(vault.CurrentVersion),
                Parameter.Array([.. resealed.Select(r => r.Key.Id)], NpgsqlDbType.Uuid),
                Parameter.Array([.. resealed.Select(r => r.Was)], NpgsqlDbType.Bytea),
                Parameter.Array([.. resealed.Select(r => r.Key.Ciphertext)], NpgsqlDbType.Bytea),
                Parameter.Array([.. resealed.Select(r => r.Key.Nonce)], NpgsqlDbType.Bytea)),
            cancellation);
    }

    /// <summary>Once for each change of their number, not twice a minute.</summary>
    private void TellOfClosed()
    {
        if (_closed != _closedBefore && _closed > 0)
        {
            Log.Closed(log, _closed);
        }

        _closedBefore = _closed;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "{Count} users' keys are now under version {Version} of the data key")]
        public static partial void Rotated(ILogger log, int count, int version);

        [LoggerMessage(LogLevel.Warning, "{Count} users' keys cannot be opened: the data key of their version is missing or another one, or they were changed")]
        public static partial void Closed(ILogger log, int count);
    }
}
