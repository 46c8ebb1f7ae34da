using Azure.Core;
using Azure.Storage.Blobs;
using ChatBot.Functions.Settings;

namespace ChatBot.Functions.Azure;

/// <summary>Connects to containers of the storage account.</summary>
public sealed class BlobContainers(StorageSettings settings)
{
    public BlobContainerClient Of(string name)
    {
        var options = new BlobClientOptions
        {
            Retry = { MaxRetries = 1, Mode = RetryMode.Exponential, Delay = TimeSpan.FromMilliseconds(100), NetworkTimeout = TimeSpan.FromSeconds(5) },
        };
        return settings.ConnectionString is { } connection
            ? new BlobContainerClient(connection, name, options)
            : new BlobContainerClient(new Uri(settings.BlobServiceUri!, name), AzureCredentials.Create(settings.ClientId), options);
    }
}
