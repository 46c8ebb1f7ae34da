using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatBot.Functions.Alerts;
using ChatBot.Functions.Maintenance;
using ChatBot.Functions.Reconciliation;
using ChatBot.Local;
using Npgsql;
using Xunit;

namespace ChatBot.Tests.Stack;

public static class StackExtensions
{
    public static async Task<string> NewChat(this TestUser user, string? systemPrompt = null)
    {
        var body = new JsonObject { ["title"] = "A chat" };
        if (systemPrompt is not null)
        {
            body["systemPrompt"] = systemPrompt;
        }

        return (await user.Post("/api/chats", body)).Is(HttpStatusCode.Created)["id"]!;
    }

    /// <summary>Sends a message and takes the stream to its end.</summary>
    public static async Task<EventStreamText> Send(this TestUser user, string chatId, string content, string? messageId = null)
    {
        var answer = await user.Post($"/api/chats/{chatId}/stream", SendBody(content, messageId));
        return EventStreamText.Parse(answer.Is(HttpStatusCode.OK).Body);
    }

    public static JsonObject SendBody(string content, string? messageId = null)
    {
        var message = new JsonObject { ["content"] = content };
        if (messageId is not null)
        {
            message["id"] = messageId;
        }

        return new JsonObject { ["message"] = message };
    }

    public static async Task<JsonArray> Messages(this TestUser user, string chatId) =>
        (await user.Get($"/api/chats/{chatId}/messages")).Is(HttpStatusCode.OK).Json["items"]!.AsArray();

    /// <summary>Caps for one user, beside those of the default plan.</summary>
    public static Task SetCaps(this TestStack stack, TestUser user, long? tokenCap = null, decimal? costCap = null) => stack.Execute(
        "insert into billing.user_plans (user_id, plan_id, token_cap, cost_cap) values ($1, 'free', $2, $3)",
        user.Id,
        (object?)tokenCap ?? DBNull.Value,
        (object?)costCap ?? DBNull.Value);

    /// <summary>A plan for one user that allows these models alone.</summary>
    public static async Task LimitModels(this TestStack stack, TestUser user, params string[] models)
    {
        var plan = $"p{Guid.NewGuid():N}";
        await stack.Execute("insert into billing.plans (id, name, models_allowed) values ($1, 'Few models', $2)", plan, models);
        await stack.Execute("insert into billing.user_plans (user_id, plan_id) values ($1, $2)", user.Id, plan);
    }

    /// <summary>Waits until the chat's answer has its first token.</summary>
    public static Task WaitUntilStreaming(this TestStack stack, string chat) => stack.WaitUntil(
        "select exists (select from chatbot.completions where chat_id = $1 and state = 'streaming')", Guid.Parse(chat));

    /// <summary>Waits until the completion's usage is in the ledger, or known to be nothing.</summary>
    public static Task WaitUntilRecorded(this TestStack stack, Guid completionId) => stack.WaitUntil(
        "select recorded_at is not null from chatbot.completions where id = $1", completionId);

    /// <summary>Polls a statement until it says true.</summary>
    public static Task WaitUntil(this TestStack stack, string sql, params object[] parameters) =>
        Poll(async () => await stack.Scalar<bool?>(sql, parameters) is true, sql);

    /// <summary>The same for what is not in the database.</summary>
    public static Task WaitUntil(this TestStack _, Func<Task<bool>> isSo, [CallerArgumentExpression(nameof(isSo))] string what = "") => Poll(isSo, what);

    /// <summary>A tick of each timer; caps are enforced when other programs are done with them.</summary>
    public static Task RunTimer(this TestStack stack, TestProgram? program = null) => (program ?? stack.Program).RunTimers(waitsForTurn: true);

    /// <summary>A tick of each timer.</summary>
    /// <param name="waitsForTurn">Else nothing is done about caps while another program enforces them.</param>
    public static async Task RunTimers(this TestProgram program, bool waitsForTurn = false)
    {
        var (services, cancellationToken) = (program.Services, TestContext.Current.CancellationToken);
        await services.GetRequiredService<SweepCompletions>().Run(new(), cancellationToken);
        await Poll(
            async () => await services.GetRequiredService<EnforceUsageCaps>().Enforce(cancellationToken) || !waitsForTurn, "a run of the timer that is ours");
        await services.GetRequiredService<ReconcileUsage>().Run(new(), cancellationToken);
        await services.GetRequiredService<DeliverAlerts>().Run(new(), cancellationToken);
    }

    /// <summary>The one call to the model whose newest message has this in it.</summary>
    public static ModelCall CallOf(this TestStack stack, string marker) => Assert.Single(stack.CallsOf(marker));

    public static IReadOnlyList<ModelCall> CallsOf(this TestStack stack, string marker) =>
        [.. stack.Model.Calls.Where(c => c.Messages.EnumerateArray().LastOrDefault() is { ValueKind: JsonValueKind.Object } last
            && last.GetProperty("content").GetString()!.Contains(marker, StringComparison.Ordinal))];

    public static async Task<T?> Scalar<T>(this TestStack stack, string sql, params object[] parameters)
    {
        await using var command = Command(stack.Database, sql, parameters);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) is T value ? value : default;
    }

    public static async Task<int> Execute(this TestStack stack, string sql, params object[] parameters)
    {
        await using var command = Command(stack.Database, sql, parameters);
        return await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    internal static async Task Poll(Func<Task<bool>> isSo, string what)
    {
        var deadline = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(60);
        while (!await isSo())
        {
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, $"Not within a minute: {what}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    internal static NpgsqlCommand Command(NpgsqlDataSource database, string sql, object[] parameters)
    {
#pragma warning disable CA2100 // The statements are the tests' own.
        var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter });
        }

        return command;
    }
}
