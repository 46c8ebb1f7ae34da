using Azure.Core;
using Azure.Identity;

namespace ChatBot.Functions.Hosting;

/// <summary>The function app's managed identity: the system's, or the user-assigned one of that client id.</summary>
public static class Identities
{
    public static TokenCredential Of(string? clientId) =>
        new ManagedIdentityCredential(clientId is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(clientId));
}
