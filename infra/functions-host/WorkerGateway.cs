using System.Collections.Concurrent;
using System.Net;
using ChatBot.Local.Protocol;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatBot.Local;

/// <summary>The server that workers connect to.</summary>
internal sealed class WorkerGateway : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, WorkerChannel> _channels = [];
    private readonly WebApplication _app;

    private WorkerGateway()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = null);
        builder.Services.AddSingleton(this);
        _app = builder.Build();
        _app.MapGrpcService<Service>();
    }

    public string Url => _app.Urls.Single();

    public static async Task<WorkerGateway> StartAsync(CancellationToken cancellationToken)
    {
        var gateway = new WorkerGateway();
        await gateway._app.StartAsync(cancellationToken);
        return gateway;
    }

    public void Expect(string workerId, WorkerChannel channel) => _channels[workerId] = channel;

    public void Forget(string workerId) => _channels.TryRemove(workerId, out _);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private sealed class Service(WorkerGateway gateway) : FunctionRpc.FunctionRpcBase
    {
        public override async Task EventStream(IAsyncStreamReader<StreamingMessage> requestStream, IServerStreamWriter<StreamingMessage> responseStream, ServerCallContext context)
        {
            if (await requestStream.MoveNext(context.CancellationToken) && gateway._channels.TryGetValue(requestStream.Current.StartStream.WorkerId, out var channel))
            {
                await channel.RunAsync(requestStream, responseStream, context.CancellationToken);
            }
        }
    }
}
