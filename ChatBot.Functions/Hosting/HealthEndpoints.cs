using ChatBot.Functions.Database;
using ChatBot.Functions.Http;
using ChatBot.Functions.Problems;
using ChatBot.Functions.Queues;
using ChatBot.Shared;
using Microsoft.AspNetCore.Authorization;

namespace ChatBot.Functions.Hosting;

public static class HealthEndpoints
{
    private const string Ping = "select 'ok'";

    private static readonly Health s_ok = new("ok", typeof(HealthEndpoints).Assembly.GetName().Version!.ToString(3));

    public static void MapHealth(this IEndpointRouteBuilder api)
    {
        api.MapGet("/health", GetHealth).WithName(nameof(GetHealth)).WithMetadata(new AllowAnonymousAttribute());
        api.MapGet("/health/ready", GetReadiness).WithName(nameof(GetReadiness)).WithMetadata(new AllowAnonymousAttribute());
    }

    private static JsonAnswer<Health> GetHealth() => JsonAnswer.Of(s_ok, ChatBotJson.Default.Health);

    private static async Task<IResult> GetReadiness(ChatBotDatabase database, WakeUpQueues queues, CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            await Task.WhenAll(
                database.First(Caller.Service, Statement.Of(Ping), row => row.GetString(0), timeout.Token),
                queues.Ping(timeout.Token));
            return JsonAnswer.Of(s_ok, ChatBotJson.Default.Health);
        }
        catch (Exception e) when (e is Npgsql.NpgsqlException or Azure.RequestFailedException or AggregateException or OperationCanceledException
            && !cancellation.IsCancellationRequested)
        {
            return new ProblemResult(
                ProblemKind.Unavailable,
                $"The {(e is Npgsql.NpgsqlException ? "database" : "storage account or the database")} does not answer.",
                retryAfter: DatabaseProblems.RetryAfter);
        }
    }
}
