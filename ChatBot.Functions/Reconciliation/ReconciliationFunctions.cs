using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Problems;
using ChatBot.Functions.Settings;
using ChatBot.Shared;
using ChatBot.Shared.Usage;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Net.Http.Headers;

namespace ChatBot.Functions.Reconciliation;

[BillingRole]
public sealed class ReconciliationFunctions(ReconciliationStore store, TimeProvider time)
{
    private const int MaxBillBytes = 10 * 1024 * 1024;
    private const int MostDays = 366;
    private const int DaysByDefault = 31;

    [Function(nameof(ListReconciliations))]
    public async Task<IResult> ListReconciliations(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "billing/reconciliations")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var validation = new Validation().Range(request, today, DaysByDefault, MostDays, out var from, out var to);
        if (validation.Problem() is { } problem)
        {
            return problem;
        }

        var rows = await store.List(from, to, null, cancellationToken);
        return JsonResult.Of(new Page<DailyReconciliation>(rows, null), ChatBotJson.Default.PageDailyReconciliation);
    }

    [Function(nameof(ReconcileBill))]
    public async Task<IResult> ReconcileBill(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "billing/reconciliations")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        if (request.Query["provider"] != "azure")
        {
            return ProblemResult.Invalid("provider", "must be azure, whose bill the body is");
        }

        if (!IsBill(request))
        {
            return new ProblemResult(
                ProblemKind.UnsupportedMediaType, "Send the bill with Content-Type: text/csv or application/gzip, and no Content-Encoding but gzip.");
        }

        request.LimitBody(MaxBillBytes);
        AzureBill bill;
        try
        {
            await using var csv = await BillBody.Open(request, cancellationToken);
            bill = await AzureBill.Read(csv, cancellationToken);
        }
        catch (InvalidDataException e)
        {
            return ProblemResult.Invalid("body", e.Message);
        }

        // A day that is not over has no whole figures, on either side.
        var yesterday = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime).AddDays(-1);
        var last = bill.Last < yesterday ? bill.Last : yesterday;
        if (bill.First > last || last.DayNumber - bill.First.DayNumber >= MostDays)
        {
            return ProblemResult.Invalid("body", $"must have days that are over, and {MostDays} of them at the most");
        }

        await store.Compare(ModelProvider.AzureOpenAI, bill.First, last, [.. bill.Figures.Where(f => f.Day <= last)], cancellationToken);
        var rows = await store.List(bill.First, last, ModelProvider.AzureOpenAI, cancellationToken);
        return JsonResult.Of(new Page<DailyReconciliation>(rows, null), ChatBotJson.Default.PageDailyReconciliation);
    }

    private static bool IsBill(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && (type.MediaType.Equals("text/csv", StringComparison.OrdinalIgnoreCase) || type.MediaType.Equals("application/gzip", StringComparison.OrdinalIgnoreCase))
        && request.Headers.ContentEncoding.ToString() is "" or "gzip" or "identity";
}
