using ChatBot.DurableTask;
using DurableTask.AzureStorage;

var builder = WebApplication.CreateSlimBuilder(args);
if (TaskHubStorage.Find(builder.Configuration) is not { } storage)
{
    await Console.Error.WriteLineAsync(
        """
        AzureWebJobsStorage is missing, and so are AzureWebJobsStorage__blobServiceUri, __queueServiceUri and __tableServiceUri.
        For example: AzureWebJobsStorage=DefaultEndpointsProtocol=https;AccountName=<account>;AccountKey=<key>
        """);
    return 78;
}

var service = new AzureStorageOrchestrationService(storage);
await using var app = TaskHub.Build(builder, service, service);
// Before the first program connects: to start a task hub that is there changes nothing.
await service.CreateIfNotExistsAsync();
await app.RunAsync();
return 0;
