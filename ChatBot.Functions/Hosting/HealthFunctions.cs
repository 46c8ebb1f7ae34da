using System.Text.Json;
using ChatBot.Functions.Http;
using ChatBot.Functions.Problems;
using ChatBot.Shared;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Azure.Functions.Worker;

namespace ChatBot.Functions.Hosting;

public sealed class HealthFunctions(ReadinessProbe probe)
{
    private static readonly Health s_ok = new("ok", BuildVersion.Number, BuildVersion.Commit);

    [Function(nameof(GetHealth))]
    [AllowAnonymous]
    public JsonResult<Health> GetHealth(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request) => JsonResult.Of(s_ok, ChatBotJson.Default.Health);

    [Function(nameof(GetReadiness))]
    [AllowAnonymous]
    public async Task<IResult> GetReadiness(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health/ready")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var readiness = await probe.Check(cancellationToken);
        return readiness is { HasDatabase: true, HasStorage: true } ? JsonResult.Of(s_ok, ChatBotJson.Default.Health) : NotReady(readiness);
    }

    private static ProblemResult NotReady(Readiness readiness)
    {
        var (what, failed) = readiness switch
        {
            { HasDatabase: true } => ("The storage account does not answer.", """["storage"]"""),
            { HasStorage: true } => ("The database does not answer.", """["database"]"""),
            _ => ("Neither the database nor the storage account answers.", """["database","storage"]"""),
        };
        return new ProblemResult(
            ProblemKind.Unavailable, what, facts: new Dictionary<string, JsonElement> { ["failed"] = JsonElement.Parse(failed) }, retryAfter: DatabaseProblems.RetryAfter);
    }
}
