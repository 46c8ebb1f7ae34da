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

namespace ChatBot.Functions.Billing;

public static partial class BillingEndpoints
{
    public static void MapBilling(this IEndpointRouteBuilder api)
    {
        var billing = api.MapGroup("/billing").RequireBillingRole();
        billing.MapGet("/periods/{month}", ReportPeriod).WithName(nameof(ReportPeriod));
        billing.MapGet("/users/{userId:guid}/usage", GetUsageOfUser).WithName(nameof(GetUsageOfUser));
        billing.MapGet("/users/{userId:guid}/statements", ListStatements).WithName(nameof(ListStatements));
        billing.MapGet("/users/{userId:guid}/plan", GetPlanOfUser).WithName(nameof(GetPlanOfUser));
        billing.MapPut("/users/{userId:guid}/plan", PutPlanOfUser).WithName(nameof(PutPlanOfUser));
        billing.MapGet("/plans", ListPlans).WithName(nameof(ListPlans));
        billing.MapGet("/plans/{id}", GetPlan).WithName(nameof(GetPlan));
        billing.MapPut("/plans/{id}", PutPlan).WithName(nameof(PutPlan));
        billing.MapGet("/prices", ListPrices).WithName(nameof(ListPrices));
        billing.MapPost("/prices", AddPrice).WithName(nameof(AddPrice));
        billing.MapGet("/deployment", GetDeploymentLimits).WithName(nameof(GetDeploymentLimits));
        billing.MapPut("/deployment", PutDeploymentLimits).WithName(nameof(PutDeploymentLimits));
        billing.MapGet("/dead-letters", ListDeadLetters).WithName(nameof(ListDeadLetters));
        billing.MapPost("/dead-letters/{id:guid}/redrive", RedriveDeadLetter).WithName(nameof(RedriveDeadLetter));
    }

    private static IResult ReportPeriod(string month, HttpContext http, PeriodReport report)
    {
        var request = http.Request;
        if (!DateTime.TryParseExact(month, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var start))
        {
            return ProblemResult.Invalid("month", "must be a month, like 2026-11");
        }

        var (format, by) = (request.Query["format"].ToString(), request.Query["by"].ToString());
        var validation = new Validation()
            .OneOf("format", format, "", "json", "csv")
            .OneOf("by", by, "", "user", "model", "purpose", "day");
        if (validation.Problem() is { } invalid)
        {
            return invalid;
        }

        http.Response.Headers.CacheControl = "no-store";
        return format == "csv"
            ? TypedResults.Stream(output => report.WriteCsv(start, by.Length == 0 ? "user" : by, output), "text/csv; charset=utf-8", $"{month}.csv")
            : TypedResults.Stream(output => report.WriteJson(start, output), "application/json");
    }

    private static async Task<IResult> GetUsageOfUser(Guid userId, StandingReader standings, CancellationToken cancellation) =>
        JsonAnswer.Of(await standings.Of(userId, cancellation), ChatBotJson.Default.Standing);

    private static async Task<IResult> ListStatements(Guid userId, HttpRequest request, BillingStore billing, CancellationToken cancellation)
    {
        if (Paging.Limit(request) is not { } limit)
        {
            return Paging.InvalidLimit;
        }

        if (!Paging.TryReadCursor(request.Query["cursor"].ToString(), out var before, out _))
        {
            return Paging.InvalidCursor;
        }

        var found = await billing.Statements(userId, before ?? DateTimeOffset.MaxValue, limit + 1, cancellation);
        return JsonAnswer.Of(Paging.Page(found, limit, last => Paging.Cursor(last.PeriodStart, userId)), ChatBotJson.Default.PageBilledStatement);
    }

    private static async Task<IResult> GetPlanOfUser(Guid userId, BillingStore billing, CancellationToken cancellation) =>
        await billing.UserPlan(userId, cancellation) is { } plan
            ? JsonAnswer.Of(plan, ChatBotJson.Default.UserPlan)
            : new ProblemResult(ProblemKind.NotFound, "The user is on the default plan, and nothing differs for them.");

    private static async Task<IResult> PutPlanOfUser(Guid userId, HttpContext http, BillingStore billing, CancellationToken cancellation)
    {
        var body = await http.ReadBody(ChatBotJson.Default.UserPlan, cancellation);
        if (body.IsRefused(out var problem, out var plan))
        {
            return problem;
        }

        var validation = new Validation()
            .Check("planId", plan.PlanId is not null, "must be the id of a plan")
            .Length("blockedReason", plan.BlockedReason, 1, 200)
            .Caps(plan.TokenCap, plan.CostCap, plan.OwnKeyTokenCap, plan.DailyTokenCap, plan.DailyCostCap)
            .Limits(plan.PeriodAnchorDay, plan.RequestsPerMinute, plan.ConcurrentStreams, plan.MaxOutputTokens);
        if (validation.Problem() is { } invalid)
        {
            return invalid;
        }

        return await billing.PutUserPlan(userId, plan, cancellation)
            ? JsonAnswer.Of((await billing.UserPlan(userId, cancellation))!, ChatBotJson.Default.UserPlan)
            : ProblemResult.Invalid("planId", "must be the id of a plan that GET /api/billing/plans lists");
    }

    private static async Task<IResult> ListPlans(BillingStore billing, CancellationToken cancellation) =>
        JsonAnswer.Of(new Page<Plan>(await billing.Plans(cancellation), null), ChatBotJson.Default.PagePlan);

    private static async Task<IResult> GetPlan(string id, BillingStore billing, CancellationToken cancellation) =>
        await billing.Plan(id, cancellation) is { } plan ? JsonAnswer.Of(plan, ChatBotJson.Default.Plan) : ProblemResult.NotFound;

    private static async Task<IResult> PutPlan(string id, HttpContext http, BillingStore billing, CancellationToken cancellation)
    {
        var body = await http.ReadBody(ChatBotJson.Default.Plan, cancellation);
        if (body.IsRefused(out var problem, out var plan))
        {
            return problem;
        }

        var validation = new Validation()
            .Check("id", PlanId().IsMatch(id) && (plan.Id ?? id) == id, "must be 1 to 50 lower-case letters, digits, - or _, the same in path and body")
            .Check("name", plan.Name is { Length: >= 1 and <= 100 }, "must have 1 to 100 characters")
            .Storable("name", plan.Name)
            .Caps(plan.TokenCap, plan.CostCap, plan.OwnKeyTokenCap, plan.DailyTokenCap, plan.DailyCostCap)
            .Limits(plan.PeriodAnchorDay, plan.RequestsPerMinute, plan.ConcurrentStreams, plan.MaxOutputTokens);
        if (validation.Problem() is { } invalid)
        {
            return invalid;
        }

        await billing.PutPlan(id, plan, cancellation);
        return JsonAnswer.Of((await billing.Plan(id, cancellation))!, ChatBotJson.Default.Plan);
    }

    private static async Task<IResult> ListPrices(BillingStore billing, CancellationToken cancellation) =>
        JsonAnswer.Of(new Page<Price>(await billing.Prices(cancellation), null), ChatBotJson.Default.PagePrice);

    private static async Task<IResult> AddPrice(HttpContext http, BillingStore billing, CancellationToken cancellation)
    {
        var body = await http.ReadBody(ChatBotJson.Default.Price, cancellation);
        if (body.IsRefused(out var problem, out var price))
        {
            return problem;
        }

        var validation = new Validation()
            .Check("model", price.Model is { Length: >= 1 and <= 100 }, "must have 1 to 100 characters")
            .Check("input", price.Input >= 0, "must be a price per million tokens")
            .Check("cachedInput", price.CachedInput >= 0, "must be a price per million tokens")
            .Check("output", price.Output >= 0, "must be a price per million tokens")
            .Check("reasoning", price.Reasoning >= 0, "must be a price per million tokens")
            .Check("currency", Currency().IsMatch(price.Currency), "must be a currency of ISO 4217, like USD");
        return validation.Problem() is { } invalid
            ? invalid
            : JsonAnswer.Of(await billing.AddPrice(price, cancellation), ChatBotJson.Default.Price, StatusCodes.Status201Created);
    }

    private static async Task<IResult> GetDeploymentLimits(BillingStore billing, CancellationToken cancellation) =>
        JsonAnswer.Of(await billing.DeploymentLimits(cancellation), ChatBotJson.Default.DeploymentLimits);

    private static async Task<IResult> PutDeploymentLimits(HttpContext http, BillingStore billing, CancellationToken cancellation)
    {
        var body = await http.ReadBody(ChatBotJson.Default.DeploymentLimits, cancellation);
        if (body.IsRefused(out var problem, out var limits))
        {
            return problem;
        }

        var validation = new Validation()
            .Caps(limits.TokenCap, limits.CostCap)
            .Limits(null, limits.RequestsPerMinute, limits.ConcurrentStreams);
        if (validation.Problem() is { } invalid)
        {
            return invalid;
        }

        await billing.LimitDeployment(limits, cancellation);
        return JsonAnswer.Of(limits, ChatBotJson.Default.DeploymentLimits);
    }

    private static async Task<IResult> ListDeadLetters(HttpRequest request, BillingStore billing, CancellationToken cancellation)
    {
        if (Paging.Limit(request) is not { } limit)
        {
            return Paging.InvalidLimit;
        }

        return Paging.TryReadCursor(request.Query["cursor"].ToString(), out var before, out var beforeId)
            ? JsonAnswer.Of(await billing.DeadLetters(before, beforeId, limit, cancellation), ChatBotJson.Default.PageDeadLetter)
            : Paging.InvalidCursor;
    }

    private static async Task<IResult> RedriveDeadLetter(Guid id, BillingStore billing, WakeUpQueues queues, CancellationToken cancellation)
    {
        if (await billing.DeadLetter(id, cancellation) is not { } letter)
        {
            return ProblemResult.NotFound;
        }

        // Sent before it is marked: what is handled twice changes nothing, what was never sent would be lost.
        await queues.Send(letter.Queue.Replace(QueueNames.PoisonSuffix, "", StringComparison.Ordinal), BinaryData.FromString(letter.Body), cancellation);
        await billing.MarkRedriven(id, cancellation);
        return JsonAnswer.Of((await billing.DeadLetter(id, cancellation))!, ChatBotJson.Default.DeadLetter);
    }

    private static Validation Caps(
        this Validation validation, long? tokens, decimal? cost, long? ownKeyTokens = null, long? dailyTokens = null, decimal? dailyCost = null) => validation
            .Check("tokenCap", tokens is null or >= 0, "must not be negative")
            .Check("costCap", cost is null or >= 0, "must not be negative")
            .Check("ownKeyTokenCap", ownKeyTokens is null or >= 0, "must not be negative")
            .Check("dailyTokenCap", dailyTokens is null or >= 0, "must not be negative")
            .Check("dailyCostCap", dailyCost is null or >= 0, "must not be negative");

    private static Validation Limits(
        this Validation validation, int? anchorDay, int? requestsPerMinute, int? concurrentStreams, int? maxOutputTokens = null) => validation
            .Check("periodAnchorDay", anchorDay is null or (>= 1 and <= 31), "must be a day of the month, 1 to 31")
            .Check("requestsPerMinute", requestsPerMinute is null or > 0, "must be at least 1")
            .Check("concurrentStreams", concurrentStreams is null or > 0, "must be at least 1")
            .Check("maxOutputTokens", maxOutputTokens is null or > 0, "must be at least 1");

    [GeneratedRegex("^[a-z0-9][a-z0-9_-]{0,49}$")]
    private static partial Regex PlanId();

    [GeneratedRegex("^[A-Z]{3}$")]
    private static partial Regex Currency();
}
