using Azure.Identity;
using ChatBot.Functions.Hosting;
using Xunit;

namespace ChatBot.Tests.Hosting;

public sealed class IdentitiesTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void A_function_app_works_as_its_managed_identity(string? tokenFile) =>
        Assert.IsType<ManagedIdentityCredential>(Identities.Of("client", tokenFile));

    [Fact]
    public void A_pod_exchanges_the_token_of_its_account() =>
        Assert.IsType<WorkloadIdentityCredential>(Identities.Of("client", "/var/run/secrets/azure/tokens/azure-identity-token"));
}
