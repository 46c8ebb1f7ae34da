using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChatBot.Functions.Billing;
using ChatBot.Functions.Operations;
using ChatBot.Shared.Billing;
using Microsoft.DurableTask;

namespace ChatBot.Functions.Hosting;

/// <summary>What orchestrations and activities take and return, as the task hub keeps it.</summary>
internal sealed class DurableJson : DataConverter
{
    [return: NotNullIfNotNull(nameof(value))]
    public override string? Serialize(object? value) => value is null ? null : JsonSerializer.Serialize(value, value.GetType(), DurableJsonContext.Default);

    [return: NotNullIfNotNull(nameof(data))]
    public override object? Deserialize(string? data, Type targetType) =>
        data is null ? null : JsonSerializer.Deserialize(data, targetType, DurableJsonContext.Default);
}

// The inputs of an activity come as an array.
[JsonSerializable(typeof(object[]))]
[JsonSerializable(typeof(OperationPart))]
[JsonSerializable(typeof(ArchiveFormat))]
[JsonSerializable(typeof(ArchivedFile))]
[JsonSerializable(typeof(ArchivedMonth))]
internal sealed partial class DurableJsonContext : JsonSerializerContext;
