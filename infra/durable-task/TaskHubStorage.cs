using ChatBot.Functions.Azure;
using DurableTask.AzureStorage;

namespace ChatBot.DurableTask;

/// <summary>Where a task hub keeps what it knows: the storage account of the programs, by the same settings.</summary>
internal static class TaskHubStorage
{
    private const string HubName = "chatbot";

    /// <summary>What a process that was killed had taken is seen again after that time.</summary>
    public static readonly TimeSpan LockDuration = TimeSpan.FromMinutes(1);

    /// <summary>Null where no storage account is named.</summary>
    public static AzureStorageOrchestrationServiceSettings? Find(IConfiguration configuration)
    {
        var storage = configuration.GetSection("AzureWebJobsStorage");
        var provider = storage.Value is { Length: > 0 } connection
            ? new StorageAccountClientProvider(connection)
            : Uri(storage, "blob") is { } blobs && Uri(storage, "queue") is { } queues && Uri(storage, "table") is { } tables
                ? new StorageAccountClientProvider(blobs, queues, tables, AzureCredentials.Create(storage["clientId"]))
                : null;
        return provider is null ? null : new()
        {
            TaskHubName = HubName,
            StorageAccountClientProvider = provider,
            // One process does what there is; each further partition is a further queue to look into.
            PartitionCount = 1,
            MaxQueuePollingInterval = TimeSpan.FromSeconds(2),
            ControlQueueVisibilityTimeout = LockDuration,
            WorkItemQueueVisibilityTimeout = LockDuration,
        };
    }

    private static Uri? Uri(IConfigurationSection storage, string service) =>
        storage[$"{service}ServiceUri"] is { Length: > 0 } uri ? new Uri(uri) : null;
}
