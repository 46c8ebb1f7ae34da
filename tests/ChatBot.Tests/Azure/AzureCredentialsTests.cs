using Azure.Identity;
using ChatBot.Functions.Azure;
using Xunit;

namespace ChatBot.Tests.Azure;

public sealed class AzureCredentialsTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void A_function_app_works_as_its_managed_identity(string? tokenFile) =>
        Assert.IsType<ManagedIdentityCredential>(AzureCredentials.Create("client", tokenFile));

    [Fact]
    public void A_pod_exchanges_the_token_of_its_account() =>
        Assert.IsType<WorkloadIdentityCredential>(AzureCredentials.Create("client", "/var/run/secrets/azure/tokens/azure-identity-token"));
}
