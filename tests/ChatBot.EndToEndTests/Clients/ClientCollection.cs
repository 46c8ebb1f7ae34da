using Xunit;

namespace ChatBot.EndToEndTests.Clients;

[CollectionDefinition]
public sealed class ClientCollection : ICollectionFixture<ClientPages>;
