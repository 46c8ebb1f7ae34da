using Azure.Core;
using Azure.Identity;
using DurableTask.AzureStorage;

namespace ChatBot.DurableTask;

/// <summary>Where a task hub keeps what it knows: the storage account of the programs, by the same settings.</summary>
internal static class TaskHubStorage
{
    private const string HubName = "chatbot";

    // What a process that was killed had taken is seen again after that time.
    private static readonly TimeSpan s_hidden = TimeSpan.FromMinutes(1);

    /// <summary>Null where no storage account is named.</summary>
    public static AzureStorageOrchestrationServiceSettings? Find(IConfiguration configuration)
    {
        var storage = configuration.GetSection("AzureWebJobsStorage");
        var provider = storage.Value is { Length: > 0 } connection
            ? new StorageAccountClientProvider(connection)
            : Uri(storage, "blob") is { } blobs && Uri(storage, "queue") is { } queues && Uri(storage, "table") is { } tables
                ? new StorageAccountClientProvider(blobs, queues, tables, Identity(storage["clientId"]))
                : null;
        return provider is null ? null : new()
        {
            TaskHubName = HubName,
            StorageAccountClientProvider = provider,
            // One process does what there is; each further partition is a further queue to look into.
            PartitionCount = 1,
            MaxQueuePollingInterval = TimeSpan.FromSeconds(2),
            ControlQueueVisibilityTimeout = s_hidden,
            WorkItemQueueVisibilityTimeout = s_hidden,
        };
    }

    private static Uri? Uri(IConfigurationSection storage, string service) =>
        storage[$"{service}ServiceUri"] is { Length: > 0 } uri ? new Uri(uri)
        : storage["accountName"] is { Length: > 0 } account ? new Uri($"https://{account}.{service}.core.windows.net")
        : null;

    // A pod of Kubernetes has a token of its own account instead of a managed identity.
    private static TokenCredential Identity(string? clientId) =>
        Environment.GetEnvironmentVariable("AZURE_FEDERATED_TOKEN_FILE") is { Length: > 0 }
            ? new WorkloadIdentityCredential()
            : new ManagedIdentityCredential(clientId is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(clientId));
}
