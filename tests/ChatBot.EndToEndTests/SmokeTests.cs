using Xunit;
namespace ChatBot.EndToEndTests;
public sealed class SmokeTests { [Fact] public void One() => Assert.True(Environment.ProcessorCount > 0); }
