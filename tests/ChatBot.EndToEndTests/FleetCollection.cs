using Xunit;

namespace ChatBot.EndToEndTests;

/// <summary>Tests that need the machine for themselves.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class FleetCollection : ICollectionFixture<Fleet>;
