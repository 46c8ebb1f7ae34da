using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using ChatBot.Functions.Azure;
using ChatBot.Shared.Completions;
using ChatBot.Shared.Queues;

namespace ChatBot.Functions.Queues;

/// <summary>Finished answers that wait in the storage account for the database to be back; a queue message is too small for them.</summary>
public sealed partial class ClaimChecks(BlobContainers containers, ILogger<ClaimChecks> log)
{
    private readonly Lazy<BlobContainerClient> _container = new(() => containers.Of(QueueNames.FinishedAnswers));

    /// <summary>False where the storage account cannot be reached either.</summary>
    public async Task<bool> TryPut(FinishedAnswer answer)
    {
        var body = BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(answer, WakeUpJson.Default.FinishedAnswer));
        try
        {
            await Put(answer.CompletionId, body);
            Log.Waits(log, answer.CompletionId);
            return true;
        }
        catch (Exception e) when (StorageFailures.IsOne(e))
        {
            Log.NotKept(log, answer.CompletionId, e.GetType().Name);
            return false;
        }
    }

    /// <summary>Null where nothing waits under that id.</summary>
    /// <exception cref="InvalidDataException">The blob is not a finished answer of a version that this program knows.</exception>
    public async Task<FinishedAnswer?> Find(Guid completionId, CancellationToken cancellationToken)
    {
        try
        {
            var blob = await _container.Value.GetBlobClient(completionId.ToString()).DownloadContentAsync(cancellationToken);
            var answer = JsonSerializer.Deserialize(blob.Value.Content.ToMemory().Span, WakeUpJson.Default.FinishedAnswer);
            return answer is { Version: 1 } && answer.CompletionId == completionId
                ? answer
                : throw new InvalidDataException($"The blob {completionId} is not a finished answer of version 1.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The blob {completionId} is not a finished answer.", e);
        }
        catch (RequestFailedException e) when (e.Status == StatusCodes.Status404NotFound)
        {
            return null;
        }
    }

    public Task Delete(Guid completionId, CancellationToken cancellationToken) =>
        _container.Value.GetBlobClient(completionId.ToString()).DeleteIfExistsAsync(cancellationToken: cancellationToken);

    /// <summary>The completions of which something waits, a page of them.</summary>
    public async Task<IReadOnlyList<Guid>> List(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var page in _container.Value.GetBlobsAsync(cancellationToken: cancellationToken).AsPages(pageSizeHint: 1000))
            {
                return [.. page.Values.Select(blob => Guid.TryParse(blob.Name, out var id) ? id : Guid.Empty).Where(id => id != Guid.Empty)];
            }
        }
        catch (RequestFailedException e) when (e.Status == StatusCodes.Status404NotFound)
        {
            // Nothing has ever waited.
        }

        return [];
    }

    private async Task Put(Guid completionId, BinaryData body)
    {
        var blob = _container.Value.GetBlobClient(completionId.ToString());
        try
        {
            await blob.UploadAsync(body, overwrite: true);
        }
        catch (RequestFailedException e) when (e.Status == StatusCodes.Status404NotFound)
        {
            await _container.Value.CreateIfNotExistsAsync();
            await blob.UploadAsync(body, overwrite: true);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Completion {Completion} waits in the storage account for the database")]
        public static partial void Waits(ILogger log, Guid completion);

        [LoggerMessage(LogLevel.Error, "Completion {Completion} cannot be kept in the storage account either, trying again: {Reason}")]
        public static partial void NotKept(ILogger log, Guid completion, string reason);
    }
}
