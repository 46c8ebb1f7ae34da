using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ChatBot.Local;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Telemetry;

/// <summary>A collector that is not as it should be is not the users' trouble.</summary>
public sealed class CollectorFaultTests(TestStack stack)
{
    [Fact]
    public async Task One_that_never_answers_holds_up_no_request_and_delays_the_end_by_seconds_at_the_most()
    {
        // Takes connections, and says nothing.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await AssertIsNoTrouble($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}");
    }

    [Fact]
    public async Task One_that_is_not_there_is_no_trouble_either() =>
        await AssertIsNoTrouble($"http://127.0.0.1:{LoopbackPort.Find()}");

    private async Task AssertIsNoTrouble(string endpoint)
    {
        await using var account = new StorageAccount(stack.Local.Azurite);
        await using var app = await TracedProgram.StartProcess(stack, account.Setting, ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint));
        var user = (await stack.NewUser()).At(new Uri(app.BaseUrl));
        var chat = await user.NewChat();

        // More spans than are kept waiting, so that some are lost while the first are still being sent.
        var clients = Enumerable.Range(0, 8).Select(async _ =>
        {
            for (var n = 0; n < 200; n++)
            {
                var watch = Stopwatch.StartNew();
                (await user.Get($"/api/chats/{chat}")).Is(HttpStatusCode.OK);
                Assert.True(watch.Elapsed < TimeSpan.FromSeconds(4), $"A request took {watch.Elapsed.TotalSeconds} s.");
            }
        });
        await Task.WhenAll(clients);
        Assert.Equal("finish", (string?)(await user.Send(chat, "Go. [[tokens=5]]")).Last["type"]);

        var ending = Stopwatch.StartNew();
        Assert.True(await app.TerminateAsync());
        Assert.True(ending.Elapsed < TimeSpan.FromSeconds(8), $"It took {ending.Elapsed.TotalSeconds} s to end.");
        // The stack has no task hub, which the program tells after a while.
        var output = app.Output.Where(line => !line.Contains("Microsoft.DurableTask", StringComparison.Ordinal));
        Assert.DoesNotContain(output, line => line.Contains("OpenTelemetry", StringComparison.OrdinalIgnoreCase)
            || line.Contains("warn", StringComparison.OrdinalIgnoreCase) || line.Contains("fail", StringComparison.OrdinalIgnoreCase));
    }
}
