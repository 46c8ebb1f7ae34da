using System.Reflection;
using ChatBot.Functions.Operations;
using ChatBot.Shared.Billing;
using Microsoft.DurableTask;

namespace ChatBot.Functions.Hosting;

/// <summary>An orchestration or an activity where there is no host: calls its method with what the task hub has for it.</summary>
public sealed class DurableFunction
{
    private readonly MethodInfo _method;
    private readonly MethodInvoker _invoker;
    private readonly Type[] _types;

    public DurableFunction(string name, MethodInfo method)
    {
        (Name, _method, _invoker) = (name, method, MethodInvoker.Create(method));
        _types = Array.ConvertAll(method.GetParameters(), p => p.ParameterType);
        InputType = _types.First(t => t != typeof(TaskOrchestrationContext) && t != typeof(CancellationToken));
    }

    public string Name { get; }

    private Type InputType { get; }

    public ITaskOrchestrator AsOrchestration() => new Orchestration(this);

    public ITaskActivity AsActivity(IServiceProvider services, CancellationToken stopping) => new Activity(this, services, stopping);

    private async Task<object?> Call(object? owner, object? input, TaskOrchestrationContext? context, CancellationToken stopping)
    {
        var arguments = Array.ConvertAll(_types, type =>
            type == typeof(TaskOrchestrationContext) ? context : type == typeof(CancellationToken) ? stopping : input);
        var task = (Task)_invoker.Invoke(owner, arguments.AsSpan())!;
        // The results that there are: to read them by reflection would need what the native program has not.
        switch (task)
        {
            case Task<OperationPart?> part:
                return await part;
            case Task<ArchivedFile> file:
                return await file;
            default:
                await task;
                return null;
        }
    }

    private sealed class Orchestration(DurableFunction function) : ITaskOrchestrator
    {
        public Type InputType => function.InputType;

        public Type OutputType => typeof(object);

        public Task<object?> RunAsync(TaskOrchestrationContext context, object? input) => function.Call(null, input, context, CancellationToken.None);
    }

    private sealed class Activity(DurableFunction function, IServiceProvider services, CancellationToken stopping) : ITaskActivity
    {
        public Type InputType => function.InputType;

        public Type OutputType => typeof(object);

        public Task<object?> RunAsync(TaskActivityContext context, object? input) =>
            function.Call(services.GetRequiredService(function._method.DeclaringType!), input, null, stopping);
    }
}
