using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Azure.Storage.Queues;
using ChatBot.Local;
using ChatBot.Shared.Queues;
using ChatBot.Tests.Stack;
using Xunit;
using TokenUsage = ChatBot.Functions.Completions.TokenUsage;

namespace ChatBot.Tests.Hosting;

/// <summary>What a Functions host (4.1037) was observed to send, byte by byte, and the answers that it takes for what they are.</summary>
public sealed class HostTrafficTests(TestStack stack) : IAsyncLifetime
{
    private static readonly string s_folder = RepositoryRoot.Combine("tests", "ChatBot.Tests", "Hosting", "HostTraffic");

    private readonly int _port = LoopbackPort.Find();
    private TestProgram _program = null!;

    public static TheoryData<string> Exchanges => [.. Directory.EnumerateFiles(s_folder, "*.http").Select(file => Path.GetFileNameWithoutExtension(file)).Order()];

    public async ValueTask InitializeAsync() => _program = await stack.StartProgram(("FUNCTIONS_CUSTOMHANDLER_PORT", $"{_port}"));

    [Theory]
    [MemberData(nameof(Exchanges))]
    public async Task A_call_of_the_host_is_answered_so_that_it_understands(string exchange)
    {
        var completion = await HalfCompletion.Begin(stack);
        Assert.True(await completion.Finish(new TokenUsage(10, 0, 2, 0)));
        var recorded = HostExchange.Read(
            await File.ReadAllTextAsync(Path.Combine(s_folder, $"{exchange}.http"), TestContext.Current.CancellationToken),
            ("completion", $"{completion.Id}"),
            ("chat", completion.Chat),
            ("user", $"{completion.User.Id}"),
            ("token", completion.User.Token),
            ("message", $"{Guid.NewGuid()}"),
            ("invocation", $"{Guid.NewGuid()}"));

        using var host = await RawClient.Connect(new Uri($"http://127.0.0.1:{_port}"));
        await host.Write(recorded.Request);
        var answer = await HostAnswer.Read(host);

        Assert.Equal((recorded.Status, recorded.MediaType), (answer.Status, answer.MediaType));
        Assert.Matches($"^{Regex.Escape(recorded.Body).Replace(@"\*", "(?s:.*)", StringComparison.Ordinal)}$", answer.Body);
        if (recorded.Statement is { } statement)
        {
            Assert.True(await stack.Scalar<bool>(statement), statement);
        }
    }

    /// <summary>The host decodes bodies before it calls, and one that is not Base64 would never come.</summary>
    [Fact]
    public async Task Wake_ups_wait_for_the_host_in_base64()
    {
        await using var storage = new StorageAccount(stack.Local.Azurite);
        var port = LoopbackPort.Find();
        await using var program = await stack.StartProgram(("FUNCTIONS_CUSTOMHANDLER_PORT", $"{port}"), storage.Setting);
        await storage.Queue(QueueNames.AssistantMessages);
        var user = (await stack.NewUser()).At(program.Address);

        var stream = EventStreamText.Parse((await user.Post($"/api/chats/{await user.NewChat()}/stream", StackExtensions.SendBody("Go. [[tokens=2]]"))).Body);

        var raw = await new QueueClient(storage.ConnectionString, QueueNames.AssistantMessages).ReceiveMessageAsync(cancellationToken: TestContext.Current.CancellationToken);
        var decoded = Encoding.UTF8.GetString(Convert.FromBase64String(raw.Value.MessageText));
        Assert.Equal($"{stream.MessageId}", (string?)JsonNode.Parse(decoded)!["completionId"]);
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();
}
