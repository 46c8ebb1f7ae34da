using Grpc.Net.Client;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Grpc;

namespace ChatBot.Functions.Hosting;

internal static class DurableTaskChannel
{
    private static readonly TimeSpan s_pingAfter = TimeSpan.FromSeconds(10);

    public static GrpcChannel To(Uri endpoint) => GrpcChannel.ForAddress(endpoint, new()
    {
        HttpHandler = new SocketsHttpHandler { KeepAlivePingDelay = s_pingAfter, KeepAlivePingTimeout = s_pingAfter, EnableMultipleHttp2Connections = true },
        DisposeHttpClient = true,
    });

    public static DurableTaskClient Client(Uri endpoint, ILoggerFactory logs) => new GrpcDurableTaskClient(
        "", new GrpcDurableTaskClientOptions { Channel = To(endpoint), DataConverter = new DurableJson() }, logs.CreateLogger<GrpcDurableTaskClient>());
}
