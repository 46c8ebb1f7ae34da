using Azure;
using Azure.Identity;

namespace ChatBot.Functions.Azure;

public static class StorageFailures
{
    /// <summary>Whether the storage account refused, gave no answer in time, or could not be signed in to: what the SDK throws after its own retries.</summary>
    public static bool IsOne(Exception exception) => exception is AggregateException several
        ? several.InnerExceptions.All(IsOne)
        : exception is RequestFailedException or AuthenticationFailedException or OperationCanceledException;
}
