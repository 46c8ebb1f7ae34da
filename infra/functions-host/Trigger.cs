using System.Text.Json;
using ChatBot.Local.Protocol;

namespace ChatBot.Local;

/// <summary>What makes a function run.</summary>
/// <param name="Parameter">The function's, which takes what triggered it.</param>
/// <param name="Binding">As the worker's metadata has it.</param>
/// <param name="DurableClient">The parameter that takes a client of the task hub, where there is one.</param>
internal sealed record Trigger(string Function, string Type, string Parameter, JsonElement Binding, string? DurableClient)
{
    public static Trigger Of(RpcFunctionMetadata function)
    {
        var bindings = function.RawBindings.Select(raw => JsonElement.Parse(raw)).ToList();
        var binding = bindings.First(b => TypeOf(b).EndsWith("Trigger", StringComparison.Ordinal));
        var durable = bindings.Where(b => TypeOf(b) == "durableClient").Select(NameOf).FirstOrDefault();
        return new(function.Name, TypeOf(binding), NameOf(binding), binding, durable);
    }

    /// <summary>What the function gets.</summary>
    /// <param name="durableTask">Where the task hub is.</param>
    public IEnumerable<ParameterBinding> Inputs(TypedData input, string? durableTask)
    {
        yield return new() { Name = Parameter, Data = input };
        if (DurableClient is not null)
        {
            // The timeout is JSON within JSON.
            var client = $$"""
                {"rpcBaseUrl":"{{durableTask}}","taskHubName":"chatbot","connectionName":"AzureWebJobsStorage","maxGrpcMessageSizeInBytes":2147483647,"grpcHttpClientTimeout":"\"00:01:40\""}
                """;
            yield return new() { Name = DurableClient, Data = new() { String = client } };
        }
    }

    private static string TypeOf(JsonElement binding) => binding.GetProperty("type").GetString()!;

    private static string NameOf(JsonElement binding) => binding.GetProperty("name").GetString()!;
}
