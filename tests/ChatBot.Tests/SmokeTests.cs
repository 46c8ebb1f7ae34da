using Xunit;
namespace ChatBot.Tests;
public sealed class SmokeTests { [Fact] public void One() => Assert.True(Environment.ProcessorCount > 0); }
