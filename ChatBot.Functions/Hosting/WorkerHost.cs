using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using ChatBot.Functions.Settings;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.DurableTask.Client;

namespace ChatBot.Functions.Hosting;

/// <summary>The program as the isolated worker of a Functions host, which triggers its functions.</summary>
internal static class WorkerHost
{
    /// <exception cref="SettingsException">The settings are not complete or not right.</exception>
    public static IHost Build(string[] args)
    {
        // The host's extensions read what they are sent by reflection. Our own types keep to their contexts, as without a host.
        AppContext.SetSwitch("System.Text.Json.JsonSerializer.IsReflectionEnabledByDefault", true);
        var builder = FunctionsApplication.CreateBuilder(args);
        builder.ConfigureFunctionsWebApplication();
        builder.UseMiddleware<Requests>();
        WithoutDataProtection(builder.Services);
        builder.AddChatBot(ChatBotSettings.Read(builder.Configuration, isHosted: true));
        return builder.Build();
    }

    /// <summary>It comes along with MVC. Nothing here uses its keys, which would be made and stored at the start.</summary>
    private static void WithoutDataProtection(IServiceCollection services)
    {
        foreach (var service in services.Where(s => s.ImplementationType?.Name == "DataProtectionHostedService").ToArray())
        {
            services.Remove(service);
        }
    }

    /// <summary>Serves requests as they are served without a host. Their result is sent here, so that the host's extension has none to send.</summary>
    private sealed class Requests : IFunctionsWorkerMiddleware
    {
        private readonly Dictionary<string, RouteEndpoint> _endpoints;
        private readonly RequestDelegate _pipeline;
        private readonly ILoggerFactory _logs;
        private readonly ConcurrentDictionary<string, DurableTaskClient> _clients = [];

        public Requests(IServiceProvider services, ChatBotSettings settings)
        {
            _endpoints = ChatBotApp.Functions.Endpoints.ToDictionary(e => e.DisplayName!);
            var app = new ApplicationBuilder(services);
            app.UseApi(settings);
            _pipeline = app.Build();
            _logs = services.GetRequiredService<ILoggerFactory>();
        }

        public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            if (context.GetHttpContext() is not { } http)
            {
                await next(context);
                return;
            }

            // Here the host's invocation is under way, and not the server's request, which has the trace.
            Activity.Current = http.Features.Get<IHttpActivityFeature>()?.Activity;
            http.SetEndpoint(_endpoints[context.FunctionDefinition.Name]);
            if (context.FunctionDefinition.InputBindings.Values.FirstOrDefault(b => b.Type.Equals("durableClient", StringComparison.OrdinalIgnoreCase)) is { } durable)
            {
                http.Features.Set(ClientOf((await context.BindInputAsync<string>(durable)).Value!));
            }

            try
            {
                await _pipeline(http);
            }
            catch when (http.Response.HasStarted)
            {
                // The extension would end the response as if that were all of it.
                http.Abort();
                throw;
            }
        }

        /// <summary>As the extension makes it of the binding, but for functions whose other parameters it cannot bind.</summary>
        private DurableTaskClient ClientOf(string binding) => _clients.GetOrAdd(
            JsonElement.Parse(binding).GetProperty("rpcBaseUrl").GetString()!, url => DurableTaskChannel.Client(new Uri(url), _logs));
    }
}
