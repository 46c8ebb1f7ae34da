using ChatBot.Functions.Database;
using ChatBot.Functions.Settings;
using Microsoft.Azure.Functions.Worker;

namespace ChatBot.Functions.Reconciliation;

/// <summary>Timer function: compares the last two closed days with what OpenAI says of them, each once; after a failure again an hour later.</summary>
public sealed partial class ReconcileUsage(
    ChatBotDatabase database, ChatBotSettings settings, OpenAIUsage openAI, ReconciliationStore store, TimeProvider time, ILogger<ReconcileUsage> log)
{
    // By then our ledger has settled, and the provider's.
    private static readonly TimeSpan s_grace = TimeSpan.FromHours(6);

    // As long as the column is.
    private const int MaxReasonLength = 500;

    [Function(nameof(ReconcileUsage))]
    public async Task Run([TimerTrigger("0 */5 * * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        if (settings.Reconciliation.OpenAIAdminKey is not { } adminKey)
        {
            return;
        }

        var last = DateOnly.FromDateTime((time.GetUtcNow() - s_grace).UtcDateTime).AddDays(-1);
        foreach (var day in (DateOnly[])[last.AddDays(-1), last])
        {
            var claimed = await database.First(
                Caller.Service, Statement.Of(ReconciliationSql.Claim, Parameter.Date(day)), row => new { Day = row.GetFieldValue<DateOnly>(0) }, cancellationToken);
            if (claimed is not null)
            {
                await Compare(adminKey, day, cancellationToken);
            }
        }
    }

    private async Task Compare(string adminKey, DateOnly day, CancellationToken cancellationToken)
    {
        try
        {
            var theirs = await openAI.Read(adminKey, day, cancellationToken);
            await store.Compare(ModelProvider.OpenAI, day, day, theirs, cancellationToken);
            await database.Execute(Caller.Service, Statement.Of(ReconciliationSql.Completed, Parameter.Date(day)), cancellationToken);
            Log.Compared(log, day, theirs.Count);
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException or InvalidDataException)
        {
            var reason = e is HttpRequestException { StatusCode: { } status } ? $"HTTP {(int)status}" : e.Message;
            Log.Failed(log, day, reason);
            await database.Execute(
                Caller.Service, Statement.Of(ReconciliationSql.Failed, Parameter.Date(day), Parameter.Text(StorableText.Of(reason, MaxReasonLength))), cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "The use of {Day} was compared with OpenAI's figures of {Count} models")]
        public static partial void Compared(ILogger log, DateOnly day, int count);

        [LoggerMessage(LogLevel.Warning, "OpenAI's figures of {Day:yyyy-MM-dd} cannot be had, trying again in an hour: {Reason}")]
        public static partial void Failed(ILogger log, DateOnly day, string reason);
    }
}
