using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Problems;
using ChatBot.Functions.Settings;
using ChatBot.Shared;
using ChatBot.Shared.Usage;
using Microsoft.Net.Http.Headers;

namespace ChatBot.Functions.Reconciliation;

public static class ReconciliationEndpoints
{
    private const int MaxBillBytes = 10 * 1024 * 1024;
    private const int MostDays = 366;
    private const int DaysByDefault = 31;

    public static void MapReconciliations(this IEndpointRouteBuilder api)
    {
        var billing = api.MapGroup("/billing").RequireBillingRole();
        billing.MapGet("/reconciliations", ListReconciliations).WithName(nameof(ListReconciliations));
        billing.MapPost("/reconciliations", ReconcileBill).WithName(nameof(ReconcileBill));
    }

    private static async Task<IResult> ListReconciliations(
        HttpRequest request, ReconciliationStore store, TimeProvider time, CancellationToken cancellation)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var validation = new Validation().Range(request, today, DaysByDefault, MostDays - 1, out var from, out var to);
        if (validation.Problem() is { } problem)
        {
            return problem;
        }

        var rows = await store.List(from, to, null, cancellation);
        return JsonAnswer.Of(new Page<DailyReconciliation>(rows, null), ChatBotJson.Default.PageDailyReconciliation);
    }

    private static async Task<IResult> ReconcileBill(
        HttpContext http, ReconciliationStore store, TimeProvider time, CancellationToken cancellation)
    {
        if (http.Request.Query["provider"] != "azure")
        {
            return ProblemResult.Invalid("provider", "must be azure, whose bill the body is");
        }

        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) || !type.MediaType.Equals("text/csv", StringComparison.OrdinalIgnoreCase))
        {
            return new ProblemResult(ProblemKind.UnsupportedMediaType, "Send the bill with Content-Type: text/csv.");
        }

        http.LimitBody(MaxBillBytes);
        AzureBill bill;
        try
        {
            bill = await AzureBill.Read(http.Request.Body, cancellation);
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

        await store.Compare(ModelProvider.AzureOpenAI, bill.First, last, [.. bill.Figures.Where(f => f.Day <= last)], cancellation);
        var rows = await store.List(bill.First, last, ModelProvider.AzureOpenAI, cancellation);
        return JsonAnswer.Of(new Page<DailyReconciliation>(rows, null), ChatBotJson.Default.PageDailyReconciliation);
    }
}
