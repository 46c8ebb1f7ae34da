using Azure;
using Azure.Identity;
using ChatBot.Functions.Azure;
using Xunit;

namespace ChatBot.Tests.Azure;

public sealed class StorageFailuresTests
{
    public static TheoryData<Exception, bool> Exceptions { get; } = new()
    {
        { new RequestFailedException(503, "Server busy"), true },
        { new OperationCanceledException(), true },
        { new AuthenticationFailedException("No token"), true },
        { new CredentialUnavailableException("No managed identity"), true },
        { new AggregateException(new RequestFailedException("No such host"), new AuthenticationFailedException("No token")), true },
        { new AggregateException(new RequestFailedException("No such host"), new InvalidOperationException()), false },
        { new InvalidOperationException(), false },
    };

    [Theory]
    [MemberData(nameof(Exceptions), DisableDiscoveryEnumeration = true)]
    public void Whatever_the_storage_account_or_its_sign_in_fails_with_is_known(Exception exception, bool isOne) =>
        Assert.Equal(isOne, StorageFailures.IsOne(exception));
}
