using Xunit;

namespace ChatBot.EndToEndTests;

public sealed class StartTests(PublishedProgram published)
{
    [Theory]
    [InlineData("Database__ConnectionString", "")]
    [InlineData("Supabase__Url", "not a url")]
    [InlineData("Encryption__Keys__1", "dG9vIHNob3J0")]
    [InlineData("Streams__IdleSeconds", "soon")]
    [InlineData("OTEL_TRACES_SAMPLER", "sometimes")]
    public async Task A_wrong_setting_stops_the_start_with_its_name_and_an_example(string name, string value)
    {
        await using var app = await published.Stack.StartAppAsync($"bad-{name}", overrides: new Dictionary<string, string> { [name] = value });

        // Not 0: the Functions host would never start it again.
        Assert.Equal(78, await app.Exited.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        // A process may be known to have ended before its last line is read.
        await StreamingTests.Until(
            () => Task.FromResult(app.Output.Any(line =>
                line.Contains($"Setting {name} ", StringComparison.Ordinal) && line.Contains($"Example: {name}=", StringComparison.Ordinal))),
            TimeSpan.FromSeconds(10));
    }
}
