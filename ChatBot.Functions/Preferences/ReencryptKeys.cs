using System.Globalization;
using ChatBot.Functions.Database;
using ChatBot.Functions.Operations;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using NpgsqlTypes;

namespace ChatBot.Functions.Preferences;

/// <summary>
/// The orchestration that brings users' own keys under the current data key, so that an older one can be taken away once nothing is under it.
/// A key that cannot be opened stays as it is: its data key may come back.
/// </summary>
public sealed partial class ReencryptKeys(ChatBotDatabase database, ProviderKeyCipher vault, OperationStore operations, ILogger<ReencryptKeys> log)
{
    private const string IdPrefix = "reencrypt-keys-";
    private const int BatchSize = 500;

    [Function(nameof(ReencryptKeys))]
    public static Task Run([OrchestrationTrigger] TaskOrchestrationContext context, OperationPart part) =>
        context.DoParts(nameof(ReencryptNextPart), part, finishes: true);

    /// <exception cref="InvalidOperationException">This instance has another version of the data key than the operation is for.</exception>
    [Function(nameof(ReencryptNextPart))]
    public async Task<OperationPart?> ReencryptNextPart([ActivityTrigger] OperationPart part, CancellationToken cancellationToken)
    {
        var version = int.Parse(part.OperationId[IdPrefix.Length..], CultureInfo.InvariantCulture);
        if (version != vault.CurrentVersion)
        {
            throw new InvalidOperationException($"The current version of the data key is {vault.CurrentVersion} here, and not {version}.");
        }

        var batch = await database.All(
            Caller.Service,
            Statement.Of(
                PreferenceSql.KeysOfOtherVersions,
                Parameter.Integer(version),
                Parameter.Uuid(part.After is { } after ? Guid.Parse(after) : Guid.Empty),
                Parameter.Integer(BatchSize)),
            row => (UserId: row.GetGuid(0), Key: EncryptedKey.Read(row, 1)),
            cancellationToken);
        var opened = batch.Select(k => (k.UserId, k.Key, Open: vault.Open(k.UserId, k.Key))).ToList();
        var unreadable = opened.Count(k => k.Open is null);
        var reencrypted = await Reseal([.. opened.Where(k => k.Open is not null).Select(k => (k.Key.Ciphertext, vault.Seal(k.UserId, k.Key.Id, k.Open!)))], cancellationToken);
        await operations.NoteProgress(part.OperationId, $$"""{"reencrypted":{{reencrypted}},"unreadable":{{unreadable}}}""", cancellationToken);
        if (unreadable > 0)
        {
            Log.Unreadable(log, unreadable);
        }

        return batch.Count < BatchSize ? null : part with { After = $"{batch[^1].Key.Id}" };
    }

    private async Task<int> Reseal(List<(byte[] Was, EncryptedKey Key)> resealed, CancellationToken cancellationToken) =>
        resealed.Count == 0 ? 0 : await database.Execute(
            Caller.Service,
            Statement.Of(
                PreferenceSql.Reseal,
                Parameter.Integer(vault.CurrentVersion),
                Parameter.Array([.. resealed.Select(r => r.Key.Id)], NpgsqlDbType.Uuid),
                Parameter.Array([.. resealed.Select(r => r.Was)], NpgsqlDbType.Bytea),
                Parameter.Array([.. resealed.Select(r => r.Key.Ciphertext)], NpgsqlDbType.Bytea),
                Parameter.Array([.. resealed.Select(r => r.Key.Nonce)], NpgsqlDbType.Bytea)),
            cancellationToken);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Count} users' keys cannot be opened: the data key of their version is missing or another one, or they were changed")]
        public static partial void Unreadable(ILogger log, int count);
    }
}
