using System.Text.Json;

namespace ChatBot.Shared.Operations;

/// <summary>Work that takes long: an erasure, the closing of a month, the re-encryption of keys.</summary>
/// <param name="Kind"><c>erase_account</c>, <c>close_period</c>, <c>archive_period</c> or <c>reencrypt_keys</c>.</param>
/// <param name="Status"><c>running</c> or <c>completed</c>.</param>
/// <param name="Progress">
/// How much is done, by what was counted: <c>chats</c>, <c>messages</c>, <c>periods</c> and <c>usageEvents</c> of an erasure,
/// <c>periods</c> of what is closed, <c>files</c> of an archive, <c>reencrypted</c> and <c>unreadable</c> of keys. Of what is completed it is the receipt.
/// </param>
/// <param name="UpdatedAt">The last sign of life.</param>
/// <param name="FinishedAt">Null while it runs. A month later it is forgotten.</param>
public sealed record Operation(
    string Id, string Kind, string Status, JsonElement Progress, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? FinishedAt);
