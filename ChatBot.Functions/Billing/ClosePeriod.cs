using ChatBot.Functions.Database;
using ChatBot.Functions.Operations;
using ChatBot.Functions.Settings;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace ChatBot.Functions.Billing;

/// <summary>
/// The orchestration that closes what periods are over. Those of its month that are not over yet, as they begin on other days, are closed by a later run
/// of the same operation.
/// </summary>
public sealed class ClosePeriod(ChatBotDatabase database, ChatBotSettings settings)
{
    private const int Batch = 500;

    [Function(nameof(ClosePeriod))]
    public static Task Run([OrchestrationTrigger] TaskOrchestrationContext context, OperationPart part) =>
        context.DoParts(nameof(CloseNextPart), part, finishes: true);

    [Function(nameof(CloseNextPart))]
    public async Task<OperationPart?> CloseNextPart([ActivityTrigger] OperationPart part, CancellationToken cancellationToken)
    {
        var close = Statement.Of(
            BillingSql.ClosePeriods, Parameter.Span(settings.Billing.CloseAfter), Parameter.Integer(Batch), Parameter.Text(part.OperationId));
        return await database.One(Caller.Service, close, row => row.GetInt32(0), cancellationToken) < Batch ? null : part;
    }
}
