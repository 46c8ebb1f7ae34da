using Xunit;

namespace ChatBot.EndToEndTests.Worker;

/// <summary>Tests that share a worker.</summary>
[CollectionDefinition]
public sealed class WorkerCollection : ICollectionFixture<RunningWorker>;
