using System.Globalization;
using System.Text.Json;
using ChatBot.Functions.Database;
using ChatBot.Functions.Http;
using ChatBot.Functions.Operations;
using ChatBot.Shared.Billing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace ChatBot.Functions.Billing;

/// <summary>The orchestration that writes the report of a closed month to the storage account.</summary>
public sealed class ArchivePeriod(ChatBotDatabase database, PeriodArchive archive)
{
    private const string IdPrefix = "archive-period-";

    [Function(nameof(ArchivePeriod))]
    public static async Task Run([OrchestrationTrigger] TaskOrchestrationContext context, OperationPart part)
    {
        var files = await Task.WhenAll(
            context.CallActivityAsync<ArchivedFile>(nameof(WriteArchive), new ArchiveFormat(part.OperationId, "json"), OperationParts.Retries),
            context.CallActivityAsync<ArchivedFile>(nameof(WriteArchive), new ArchiveFormat(part.OperationId, "csv"), OperationParts.Retries));
        await context.CallActivityAsync(nameof(RecordArchive), new ArchivedMonth(part.OperationId, files), OperationParts.Retries);
        await context.CallActivityAsync(nameof(OperationFunctions.FinishOperation), part, OperationParts.Retries);
    }

    [Function(nameof(WriteArchive))]
    public Task<ArchivedFile> WriteArchive([ActivityTrigger] ArchiveFormat format, CancellationToken cancellationToken) =>
        archive.Write(MonthOf(format.OperationId), format.Format, cancellationToken);

    [Function(nameof(RecordArchive))]
    public Task RecordArchive([ActivityTrigger] ArchivedMonth archived, CancellationToken cancellationToken) =>
        database.Execute(
            Caller.Service,
            Statement.Of(
                BillingSql.ArchivePeriod,
                Parameter.Date(MonthOf(archived.OperationId)),
                Parameter.Json(JsonSerializer.Serialize(archived.Files, ChatBotJson.Default.ArchivedFileArray)),
                Parameter.Text(archived.OperationId)),
            cancellationToken);

    private static DateOnly MonthOf(string operationId) => DateOnly.ParseExact(operationId[IdPrefix.Length..], "yyyy-MM", CultureInfo.InvariantCulture);
}

/// <param name="Format"><c>json</c> or <c>csv</c>.</param>
public sealed record ArchiveFormat(string OperationId, string Format);

public sealed record ArchivedMonth(string OperationId, ArchivedFile[] Files);
