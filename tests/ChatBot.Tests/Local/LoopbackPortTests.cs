using System.Net;
using System.Net.Sockets;
using ChatBot.Local;
using Xunit;

namespace ChatBot.Tests.Local;

public sealed class LoopbackPortTests
{
    [Fact]
    public void A_port_is_kept_while_it_is_free()
    {
        var port = LoopbackPort.Find();
        Assert.Equal(port, LoopbackPort.Find(port));

        using var other = new TcpListener(IPAddress.Loopback, port);
        other.Start();

        Assert.NotEqual(port, LoopbackPort.Find(port));
    }

    [Fact]
    public async Task A_start_that_lost_its_port_is_made_again_on_another()
    {
        var ports = new List<int>();
        using var other = new TcpListener(IPAddress.Loopback, LoopbackPort.Find());

        await LoopbackPort.StartAsync(
            () =>
            {
                ports.Add(LoopbackPort.Find(((IPEndPoint)other.LocalEndpoint).Port));
                if (ports.Count > 1)
                {
                    return Task.CompletedTask;
                }

                other.Start();
                throw new LocalStackException("The address is in use.");
            },
            () => [ports[^1]]);

        Assert.Equal(2, ports.Distinct().Count());
    }

    [Fact]
    public async Task A_start_that_fails_for_another_reason_is_not_made_again()
    {
        var starts = 0;

        await Assert.ThrowsAsync<LocalStackException>(() => LoopbackPort.StartAsync(() => throw new LocalStackException($"Start {++starts}"), () => [LoopbackPort.Find()]));

        Assert.Equal(1, starts);
    }
}
