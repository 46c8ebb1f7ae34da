using DurableTask.Core;
using Grpc.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.DurableTask.Protobuf;
using Microsoft.DurableTask.Testing.Sidecar.Grpc;
using Microsoft.Extensions.Options;

namespace ChatBot.DurableTask;

/// <summary>
/// A task hub for any number of programs. The server that it builds on knows one connection, and waits for ever for what a program has
/// taken along that is gone: so it is connected to <see cref="WorkItems"/> here, which hand each item to a program, and to another one where
/// that goes away before it is done.
/// </summary>
public sealed class TaskHub(
    WorkItems items,
    IHostApplicationLifetime lifetime,
    ILoggerFactory logs,
    IOrchestrationService service,
    IOrchestrationServiceClient client,
    IOptions<TaskHubGrpcServerOptions> options)
    : TaskHubGrpcServer(lifetime, logs, service, client, options)
{
    // A program that stands still, or whose machine is gone, keeps its connection.
    private static readonly TimeSpan s_pingAfter = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly CancellationToken _stopping = lifetime.ApplicationStopping;

    /// <summary>The program that serves a task hub over gRPC, without encryption.</summary>
    public static WebApplication Build(WebApplicationBuilder builder, IOrchestrationService service, IOrchestrationServiceClient client)
    {
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Grpc", LogLevel.Warning).AddFilter("DurableTask", LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ConfigureEndpointDefaults(listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Limits.Http2.KeepAlivePingDelay = s_pingAfter;
            kestrel.Limits.Http2.KeepAlivePingTimeout = s_pingAfter;
        });
        builder.Services.AddGrpc();
        builder.Services.AddSingleton<IOrchestrationService>(
            services => new RenewedLocks(service, TimeProvider.System, services.GetRequiredService<ILogger<RenewedLocks>>()));
        builder.Services.AddSingleton(client);
        builder.Services.AddSingleton<WorkItems>();
        builder.Services.AddSingleton<TaskHub>();
        builder.Services.AddHostedService<Connection>();
        var app = builder.Build();
        app.MapGrpcService<TaskHub>();
        return app;
    }

    public override async Task GetWorkItems(GetWorkItemsRequest request, IServerStreamWriter<WorkItem> responseStream, ServerCallContext context)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, _stopping);
        await items.Serve(responseStream, end.Token);
    }

    public override Task<CompleteTaskResponse> CompleteActivityTask(ActivityResponse request, ServerCallContext context) =>
        items.TryEnd(request.CompletionToken) ? base.CompleteActivityTask(request, context) : Task.FromResult(new CompleteTaskResponse());

    public override Task<CompleteTaskResponse> CompleteOrchestratorTask(OrchestratorResponse request, ServerCallContext context)
    {
#pragma warning disable CS0612 // Programs still send it.
        var isMine = request.IsPartial ? items.IsTaken(request.CompletionToken) : items.TryEnd(request.CompletionToken);
#pragma warning restore CS0612
        return isMine ? base.CompleteOrchestratorTask(request, context) : Task.FromResult(new CompleteTaskResponse());
    }

    public override async Task<AbandonActivityTaskResponse> AbandonTaskActivityWorkItem(AbandonActivityTaskRequest request, ServerCallContext context)
    {
        await Abandon(request.CompletionToken);
        return new();
    }

    public override async Task<AbandonOrchestrationTaskResponse> AbandonTaskOrchestratorWorkItem(AbandonOrchestrationTaskRequest request, ServerCallContext context)
    {
        await Abandon(request.CompletionToken);
        return new();
    }

    private async Task Abandon(string token)
    {
        // The same program may be the next to get it.
        await Task.Delay(s_pause);
        items.Return(token);
    }

    private Task Connect(CancellationToken cancellationToken) => base.GetWorkItems(new(), items, new LocalCall(cancellationToken));

    /// <summary>Takes what there is to do from the hub, for as long as the process runs.</summary>
    private sealed class Connection(TaskHub hub) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => hub.Connect(stoppingToken);
    }

    /// <summary>A call that came over no network.</summary>
    private sealed class LocalCall(CancellationToken cancellationToken) : ServerCallContext
    {
        protected override string MethodCore => nameof(GetWorkItems);

        protected override string HostCore => "";

        protected override string PeerCore => "";

        protected override DateTime DeadlineCore => DateTime.MaxValue;

        protected override Metadata RequestHeadersCore { get; } = [];

        protected override CancellationToken CancellationTokenCore => cancellationToken;

        protected override Metadata ResponseTrailersCore { get; } = [];

        protected override Status StatusCore { get; set; }

        protected override WriteOptions? WriteOptionsCore { get; set; }

        protected override AuthContext AuthContextCore { get; } = new(null, []);

        protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => throw new NotSupportedException();

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
    }
}
