using System.Text.RegularExpressions;
using ChatBot.Functions.Http;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Problems;
using ChatBot.Shared;
using ChatBot.Shared.Billing;
using Microsoft.Azure.Functions.Worker;

namespace ChatBot.Functions.Billing;

[BillingRole]
public sealed partial class PlanFunctions(PlanStore plans)
{
    private const int MaxModels = 100;

    private static readonly ProblemResult s_noSuchPlan = ProblemResult.Invalid("planId", "must be the id of a plan that GET /api/billing/plans lists");

    [Function(nameof(ListPlans))]
    public async Task<IResult> ListPlans(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "billing/plans")] HttpRequest request,
        CancellationToken cancellationToken) =>
        JsonResult.Of(new Page<Plan>(await plans.List(cancellationToken), null), ChatBotJson.Default.PagePlan);

    [Function(nameof(GetPlan))]
    public async Task<IResult> GetPlan(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "billing/plans/{id}")] HttpRequest request,
        string id, CancellationToken cancellationToken) =>
        await plans.Get(id, cancellationToken) is { } plan ? JsonResult.Of(plan, ChatBotJson.Default.Plan) : ProblemResult.NotFound;

    [Function(nameof(PutPlan))]
    public async Task<IResult> PutPlan(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "billing/plans/{id}")] HttpRequest request,
        string id, CancellationToken cancellationToken)
    {
        var body = await request.ReadNamedBody(ChatBotJson.Default.Plan, cancellationToken);
        if (body.IsRefused(out var problem, out var plan))
        {
            return problem;
        }

        var validation = Validate(id, plan)
            .Check("name", plan.Name is not null, "must have 1 to 100 characters")
            .NamesLimits(body.Named!, "modelsAllowed");
        if (validation.Problem() is { } invalid)
        {
            return invalid;
        }

        if (await RefuseWithoutDefault(id, plan, body.Named!, cancellationToken) is { } conflict)
        {
            return conflict;
        }

        await plans.Put(id, plan, cancellationToken);
        return JsonResult.Of((await plans.Get(id, cancellationToken))!, ChatBotJson.Default.Plan);
    }

    [Function(nameof(UpdatePlan))]
    public async Task<IResult> UpdatePlan(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "billing/plans/{id}")] HttpRequest request,
        string id, CancellationToken cancellationToken)
    {
        var body = await request.ReadNamedBody(ChatBotJson.Default.Plan, cancellationToken);
        if (body.IsRefused(out var problem, out var changes))
        {
            return problem;
        }

        var named = body.Named!;
        var validation = Validate(id, changes)
            .Check("name", !named.Contains("name") || changes.Name is not null, "must have 1 to 100 characters");
        if (validation.Problem() is { } invalid)
        {
            return invalid;
        }

        if (await RefuseWithoutDefault(id, changes, named, cancellationToken) is { } conflict)
        {
            return conflict;
        }

        await plans.Update(id, changes, named, cancellationToken);
        return await GetPlan(request, id, cancellationToken);
    }

    [Function(nameof(GetPlanOfUser))]
    public async Task<IResult> GetPlanOfUser(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "billing/users/{userId:guid}/plan")] HttpRequest request,
        Guid userId, CancellationToken cancellationToken) =>
        await plans.GetOfUser(userId, cancellationToken) is { } plan
            ? JsonResult.Of(plan, ChatBotJson.Default.UserPlan)
            : new ProblemResult(ProblemKind.NotFound, "The user has the default plan without changes.");

    [Function(nameof(PutPlanOfUser))]
    public async Task<IResult> PutPlanOfUser(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "billing/users/{userId:guid}/plan")] HttpRequest request,
        Guid userId, CancellationToken cancellationToken)
    {
        var body = await request.ReadNamedBody(ChatBotJson.Default.UserPlan, cancellationToken);
        if (body.IsRefused(out var problem, out var plan))
        {
            return problem;
        }

        if (Validate(plan).Check("planId", plan.PlanId is not null, "must be the id of a plan").NamesLimits(body.Named!, "blockedReason").Problem() is { } invalid)
        {
            return invalid;
        }

        return await plans.PutOfUser(userId, plan, cancellationToken) ? await GetPlanOfUser(request, userId, cancellationToken) : s_noSuchPlan;
    }

    [Function(nameof(UpdatePlanOfUser))]
    public async Task<IResult> UpdatePlanOfUser(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "billing/users/{userId:guid}/plan")] HttpRequest request,
        Guid userId, CancellationToken cancellationToken)
    {
        var body = await request.ReadNamedBody(ChatBotJson.Default.UserPlan, cancellationToken);
        if (body.IsRefused(out var problem, out var changes))
        {
            return problem;
        }

        var named = body.Named!;
        if (Validate(changes).Check("planId", !named.Contains("planId") || changes.PlanId is not null, "must be the id of a plan").Problem() is { } invalid)
        {
            return invalid;
        }

        return await plans.UpdateOfUser(userId, changes, named, cancellationToken) ? await GetPlanOfUser(request, userId, cancellationToken) : s_noSuchPlan;
    }

    /// <summary>Somebody must be on some plan: the default one goes when another takes its place.</summary>
    private async Task<ProblemResult?> RefuseWithoutDefault(
        string id, Plan plan, IReadOnlySet<string> named, CancellationToken cancellationToken) =>
        named.Contains("isDefault") && !plan.IsDefault && await plans.Get(id, cancellationToken) is { IsDefault: true }
            ? new ProblemResult(
                ProblemKind.Conflict, "This is the default plan. Make another plan the default with {\"isDefault\": true} instead.")
            : null;

    private static Validation Validate(string id, Plan plan) => new Validation()
        .Check("id", PlanId().IsMatch(id) && (plan.Id ?? id) == id, "must be 1 to 50 lower-case letters, digits, - or _, the same in path and body")
        .Words("name", plan.Name, 100)
        .Check("modelsAllowed", AreModels(plan.ModelsAllowed), $"must be at most {MaxModels} names of models, or null for all")
        .Caps(plan.TokenCap, plan.CostCap, plan.OwnKeyTokenCap, plan.DailyTokenCap, plan.DailyCostCap)
        .Limits(plan.PeriodAnchorDay, plan.RequestsPerMinute, plan.ConcurrentStreams, plan.MaxOutputTokens)
        .Quotas(plan);

    private static Validation Validate(UserPlan plan) => new Validation()
        .Words("blockedReason", plan.BlockedReason, 200)
        .Caps(plan.TokenCap, plan.CostCap, plan.OwnKeyTokenCap, plan.DailyTokenCap, plan.DailyCostCap)
        .Limits(plan.PeriodAnchorDay, plan.RequestsPerMinute, plan.ConcurrentStreams, plan.MaxOutputTokens);

    private static bool AreModels(IReadOnlyList<string>? models) =>
        models is null || (models.Count <= MaxModels && models.All(name => name is { Length: >= 1 and <= 100 }));

    [GeneratedRegex("^[a-z0-9][a-z0-9_-]{0,49}$")]
    private static partial Regex PlanId();
}
