using Azure.Core;
using Azure.Identity;

namespace ChatBot.Functions.Azure;

/// <summary>
/// The managed identity: the system's, or the user-assigned one of that client id. A pod of Kubernetes has a token of its own account instead,
/// which it exchanges for one of the identity.
/// </summary>
internal static class AzureCredentials
{
    public static TokenCredential Create(string? clientId) => Create(clientId, Environment.GetEnvironmentVariable("AZURE_FEDERATED_TOKEN_FILE"));

    internal static TokenCredential Create(string? clientId, string? tokenFile)
    {
        if (string.IsNullOrEmpty(tokenFile))
        {
            return new ManagedIdentityCredential(clientId is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(clientId));
        }

        var options = new WorkloadIdentityCredentialOptions { TokenFilePath = tokenFile };
        options.ClientId = clientId ?? options.ClientId;
        return new WorkloadIdentityCredential(options);
    }
}
