using ChatBot.Local;
using Xunit;

namespace ChatBot.EndToEndTests.Pooler;

/// <summary>The program on a database that it reaches through PgBouncer in transaction mode.</summary>
public sealed class PooledProgram : PublishedProgram
{
    protected override StackOptions Configure(StackOptions options) => options with { Pooled = true };
}

[CollectionDefinition(Name)]
public sealed class PoolerCollection : ICollectionFixture<PooledProgram>
{
    public const string Name = "Pooler";
}

/// <summary>All operations, streams and caps.</summary>
[Collection(PoolerCollection.Name)]
public sealed class PooledStreamingTests(PooledProgram pooled) : StreamingTests(pooled);

/// <summary>Queue functions and the timer.</summary>
[Collection(PoolerCollection.Name)]
public sealed class PooledHostedTests(PooledProgram pooled) : HostedTests(pooled);
