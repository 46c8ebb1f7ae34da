using System.Globalization;
using System.Text.RegularExpressions;
using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Problems;
using ChatBot.Functions.Queues;
using ChatBot.Functions.Usage;
using ChatBot.Shared;
using ChatBot.Shared.Billing;
using ChatBot.Shared.Queues;
using Microsoft.Azure.Functions.Worker;

namespace ChatBot.Functions.Billing;

[BillingRole]
public sealed partial class BillingFunctions(
    PeriodReport report, PeriodArchive archive, PeriodUsers users, TimeProvider time, UsageSummaryReader standings, BillingStore billing, WakeUpQueues queues)
{
    private static readonly ProblemResult s_noMonth = ProblemResult.Invalid("month", "must be a month, like 2026-11");

    [Function(nameof(ReportPeriod))]
    public IResult ReportPeriod(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "billing/periods/{month}")] HttpRequest request,
        string month)
    {
        if (!TryReadMonth(month, out var start))
        {
            return s_noMonth;
        }

        var (format, by) = (request.Query["format"].ToString(), request.Query["by"].ToString());
        var validation = new Validation()
            .OneOf("format", format, "", "json", "csv")
            .OneOf("by", by, "", "user", "model", "purpose", "day");
        if (validation.Problem() is { } invalid)
        {
            return invalid;
        }

        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return format == "csv"
            ? TypedResults.Stream(output => report.WriteCsv(start, by.Length == 0 ? "user" : by, output), "text/csv; charset=utf-8", $"{month}.csv")
            : TypedResults.Stream(output => report.WriteJson(start, output), "application/json");
    }

    [Function(nameof(ListArchivedPeriods))]
    public async Task<IResult> ListArchivedPeriods(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "billing/periods")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Paging.IsRefused(request, out var problem, out var limit, out var before, out _) ? problem : await billing.ArchivedPeriods(before, limit, cancellationToken);

    [Function(nameof(GetArchivedPeriod))]
    public async Task<IResult> GetArchivedPeriod(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "billing/periods/{month}/archive")] HttpRequest request,
        string month, CancellationToken cancellationToken)
    {
        if (!TryReadMonth(month, out var start))
        {
            return s_noMonth;
        }

        var format = request.Query["format"].ToString() is { Length: > 0 } given ? given : "json";
        if (new Validation().OneOf("format", format, "json", "csv").Problem() is { } invalid)
        {
            return invalid;
        }

        var period = await billing.ArchivedPeriod(start, cancellationToken);
        if (period?.Files.FirstOrDefault(f => f.Format == format) is not { } file || await archive.Open(file, cancellationToken) is not { } content)
        {
            return ProblemResult.NotFound;
        }

        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return TypedResults.Stream(content, format == "csv" ? "text/csv; charset=utf-8" : "application/json", $"{month}.{format}");
    }

    [Function(nameof(ListUsers))]
    public async Task<IResult> ListUsers(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "billing/users")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var month = request.Query["month"].ToString() is { Length: > 0 } text ? text : time.GetUtcNow().ToString("yyyy-MM", CultureInfo.InvariantCulture);
        if (!TryReadMonth(month, out var start))
        {
            return s_noMonth;
        }

        return Paging.IsRefused(request, out var problem, out var limit, out var after, out var afterId)
            ? problem
            : await users.List(start, after, afterId, limit, cancellationToken);
    }

    [Function(nameof(GetUsageOfUser))]
    public async Task<IResult> GetUsageOfUser(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "billing/users/{userId:guid}/usage")] HttpRequest request,
        Guid userId, CancellationToken cancellationToken) =>
        JsonResult.Of(await standings.Of(userId, cancellationToken), ChatBotJson.Default.UsageSummary);

    [Function(nameof(ListStatements))]
    public async Task<IResult> ListStatements(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "billing/users/{userId:guid}/statements")] HttpRequest request,
        Guid userId, CancellationToken cancellationToken)
    {
        if (Paging.IsRefused(request, out var problem, out var limit, out var before, out _))
        {
            return problem;
        }

        return await billing.Statements(userId, before ?? DateTimeOffset.MaxValue, limit, cancellationToken);
    }

    [Function(nameof(ListPrices))]
    public async Task<IResult> ListPrices(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "billing/prices")] HttpRequest request,
        CancellationToken cancellationToken) =>
        JsonResult.Of(new Page<Price>(await billing.Prices(cancellationToken), null), ChatBotJson.Default.PagePrice);

    [Function(nameof(AddPrice))]
    public async Task<IResult> AddPrice(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "billing/prices")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var body = await request.ReadBody(ChatBotJson.Default.Price, cancellationToken);
        if (body.IsRefused(out var problem, out var price))
        {
            return problem;
        }

        var validation = new Validation()
            .Check("model", price.Model is { Length: >= 1 and <= 100 }, "must have 1 to 100 characters")
            .Check("validFrom", price.ValidFrom is null or { Year: >= 2000 and <= 2999 }, "must be a time, like 2026-11-24T00:00:00Z")
            .Price("input", price.Input)
            .Price("cachedInput", price.CachedInput)
            .Price("cacheWrite", price.CacheWrite ?? price.Input)
            .Price("output", price.Output)
            .Price("reasoning", price.Reasoning)
            .Check("currency", price.Currency is not null && Currency().IsMatch(price.Currency), "must be a currency of ISO 4217, like USD");
        return validation.Problem() is { } invalid
            ? invalid
            : JsonResult.Of(await billing.AddPrice(price, cancellationToken), ChatBotJson.Default.Price, StatusCodes.Status201Created);
    }

    [Function(nameof(GetDeploymentLimits))]
    public async Task<IResult> GetDeploymentLimits(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "billing/deployment")] HttpRequest request,
        CancellationToken cancellationToken) =>
        JsonResult.Of(await billing.DeploymentLimits(cancellationToken), ChatBotJson.Default.DeploymentLimits);

    [Function(nameof(PutDeploymentLimits))]
    public async Task<IResult> PutDeploymentLimits(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "billing/deployment")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var body = await request.ReadNamedBody(ChatBotJson.Default.DeploymentLimits, cancellationToken);
        if (body.IsRefused(out var problem, out var limits))
        {
            return problem;
        }

        var validation = new Validation()
            .Caps(limits.TokenCap, limits.CostCap)
            .Limits(null, limits.RequestsPerMinute, limits.ConcurrentStreams)
            .Names(body.Named!, "tokenCap", "costCap", "requestsPerMinute", "concurrentStreams");
        if (validation.Problem() is { } invalid)
        {
            return invalid;
        }

        await billing.LimitDeployment(limits, cancellationToken);
        return JsonResult.Of(limits, ChatBotJson.Default.DeploymentLimits);
    }

    [Function(nameof(ListDeadLetters))]
    public async Task<IResult> ListDeadLetters(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "billing/dead-letters")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        return Paging.IsRefused(request, out var problem, out var limit, out var before, out var beforeId)
            ? problem
            : await billing.DeadLetters(before, beforeId, limit, cancellationToken);
    }

    [Function(nameof(RedriveDeadLetter))]
    public async Task<IResult> RedriveDeadLetter(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "billing/dead-letters/{id:guid}/redrive")] HttpRequest request,
        Guid id, CancellationToken cancellationToken)
    {
        if (await billing.DeadLetter(id, cancellationToken) is not { } letter)
        {
            return ProblemResult.NotFound;
        }

        // Sent before it is marked: what is handled twice changes nothing, what was never sent would be lost.
        await queues.Send(
            letter.Queue.Replace(QueueNames.PoisonSuffix, "", StringComparison.Ordinal), BinaryData.FromString(letter.Body), cancellationToken);
        await billing.MarkRedriven(id, cancellationToken);
        return JsonResult.Of((await billing.DeadLetter(id, cancellationToken))!, ChatBotJson.Default.DeadLetter);
    }

    private static bool TryReadMonth(string text, out DateTime start) =>
        DateTime.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out start)
        && start.Year is >= 2000 and <= 2999;

    [GeneratedRegex("^[A-Z]{3}$")]
    private static partial Regex Currency();
}
