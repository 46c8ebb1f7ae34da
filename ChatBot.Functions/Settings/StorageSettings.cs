namespace ChatBot.Functions.Settings;

/// <summary>The storage account of queues and blobs: a connection string, or service addresses with a managed identity.</summary>
public sealed record StorageSettings(string? ConnectionString, Uri? QueueServiceUri, Uri? BlobServiceUri, string? ClientId)
{
    public static StorageSettings Read(SettingReader reader)
    {
        var settings = new StorageSettings(
            reader.Optional("AzureWebJobsStorage"),
            reader.Uri("AzureWebJobsStorage:queueServiceUri", "https://<account>.queue.core.windows.net"),
            reader.Uri("AzureWebJobsStorage:blobServiceUri", "https://<account>.blob.core.windows.net"),
            reader.Optional("AzureWebJobsStorage:clientId"));

        if (settings is { ConnectionString: null, QueueServiceUri: null })
        {
            reader.Mistake(
                "AzureWebJobsStorage",
                "is missing, and so is AzureWebJobsStorage__queueServiceUri",
                "DefaultEndpointsProtocol=https;AccountName=<account>;AccountKey=<key>");
        }

        if (settings is { ConnectionString: null, QueueServiceUri: not null, BlobServiceUri: null })
        {
            reader.Mistake("AzureWebJobsStorage:blobServiceUri", "is missing beside the address of the queues", "https://<account>.blob.core.windows.net");
        }

        return settings;
    }
}
