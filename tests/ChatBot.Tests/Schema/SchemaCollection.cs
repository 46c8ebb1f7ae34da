using Xunit;

namespace ChatBot.Tests.Schema;

/// <summary>The tests of the schema share a server, and run one after the other in it.</summary>
[CollectionDefinition]
public sealed class SchemaCollection : ICollectionFixture<SchemaServer>;
