using System.Reflection;
using System.Text.Json;
using Azure.Storage.Queues.Models;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ChatBot.Functions.Hosting;

/// <summary>
/// All functions with what triggers them, as the metadata says that the build generates for the Functions host: what that host is told and
/// what happens without it is the same.
/// </summary>
public sealed class FunctionTable
{
    private const string RoutePrefix = "/api/";

    public FunctionTable(IEnumerable<FunctionClass> classes)
    {
        var methods = classes
            .SelectMany(c => c.Type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .ToDictionary(m => $"{m.DeclaringType!.FullName}.{m.Name}");
        foreach (var function in new GeneratedFunctionMetadataProvider().GetFunctionMetadataAsync("").Result)
        {
            var trigger = function.RawBindings!.Select(b => JsonElement.Parse(b)).First(b => b.GetProperty("type").GetString()!.EndsWith("Trigger", StringComparison.Ordinal));
            Add(function.Name!, methods[function.EntryPoint!], trigger);
        }
    }

    public List<RouteEndpoint> Endpoints { get; } = [];

    public List<QueueFunction> Queues { get; } = [];

    public List<TimerFunction> Timers { get; } = [];

    public List<DurableFunction> Orchestrations { get; } = [];

    public List<DurableFunction> Activities { get; } = [];

    private void Add(string name, MethodInfo method, JsonElement trigger)
    {
        switch (trigger.GetProperty("type").GetString())
        {
            case "httpTrigger":
                Endpoints.Add(EndpointOf(name, method, trigger));
                break;
            case "queueTrigger":
                Queues.Add(new(name, trigger.GetProperty("queueName").GetString()!, Call(method)));
                break;
            case "timerTrigger":
                Timers.Add(new(name, trigger.GetProperty("schedule").GetString()!, Call(method)));
                break;
            case "orchestrationTrigger":
                Orchestrations.Add(new(name, method));
                break;
            case "activityTrigger":
                Activities.Add(new(name, method));
                break;
        }
    }

    private static Func<IServiceProvider, object, CancellationToken, Task> Call(MethodInfo method)
    {
        var invoker = MethodInvoker.Create(method);
        var types = Array.ConvertAll(method.GetParameters(), p => p.ParameterType);
        return (services, trigger, cancellationToken) =>
        {
            var arguments = Array.ConvertAll<Type, object?>(types, type =>
                type == typeof(CancellationToken) ? cancellationToken : type == typeof(DurableTaskClient) ? services.GetRequiredService(type) : trigger);
            return (Task)invoker.Invoke(services.GetRequiredService(method.DeclaringType!), arguments.AsSpan())!;
        };
    }

    private static RouteEndpoint EndpointOf(string name, MethodInfo method, JsonElement trigger)
    {
        var endpoint = new RouteEndpointBuilder(HttpFunction.Of(method), RoutePatternFactory.Parse(RoutePrefix + trigger.GetProperty("route").GetString()), order: 0)
        {
            DisplayName = name,
            Metadata =
            {
                new EndpointNameMetadata(name),
                new HttpMethodMetadata(trigger.GetProperty("methods").EnumerateArray().Select(m => m.GetString()!.ToUpperInvariant())),
            },
        };
        foreach (var attribute in method.GetCustomAttributes().Concat(method.DeclaringType!.GetCustomAttributes()))
        {
            endpoint.Metadata.Add(attribute);
        }

        return (RouteEndpoint)endpoint.Build();
    }
}

/// <summary>A function that a queue triggers. It throws where the message is to be delivered again.</summary>
public sealed record QueueFunction(string Name, string Queue, Func<IServiceProvider, QueueMessage, CancellationToken, Task> Run);

/// <summary>A function that a timer triggers.</summary>
/// <param name="Schedule">NCRONTAB with seconds.</param>
public sealed record TimerFunction(string Name, string Schedule, Func<IServiceProvider, TimerInfo, CancellationToken, Task> Run);
