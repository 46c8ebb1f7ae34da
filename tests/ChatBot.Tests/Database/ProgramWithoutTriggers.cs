using System.Text;
using Azure.Storage.Queues.Models;
using ChatBot.Functions;
using ChatBot.Functions.Completions;
using ChatBot.Functions.Usage;
using ChatBot.Tests.Stack;
using Npgsql;
using Xunit;

namespace ChatBot.Tests.Database;

internal static class ProgramWithoutTriggers
{
    /// <summary>The settings that disable what queues and timers trigger, but for one function.</summary>
    public static (string Name, string Value)[] TriggersOff(string? but = null) =>
        [.. ChatBotApp.Functions.Queues.Select(f => f.Name).Concat(ChatBotApp.Functions.Timers.Select(f => f.Name))
            .Where(name => name != but).Select(name => ($"AzureWebJobs__{name}__Disabled", "true"))];

    /// <summary>An instance that answers requests alone: what is broken in it breaks no queue message of other tests.</summary>
    public static Task<TestProgram> StartWithoutTriggers(this TestStack stack, params (string Name, string Value)[] settings) =>
        stack.StartProgram([.. settings, .. TriggersOff()]);

    /// <summary>The same, with its database at the end of a wire.</summary>
    public static Task<TestProgram> StartWithoutTriggers(this TestStack stack, DatabaseWire wire, params (string Name, string Value)[] settings) =>
        stack.StartWithoutTriggers([.. settings, ("Database__ConnectionString", stack.ConnectionOver(wire))]);

    /// <summary>The program's connection string, by way of a wire.</summary>
    public static string ConnectionOver(this TestStack stack, DatabaseWire wire) =>
        new NpgsqlConnectionStringBuilder(stack.Local.Postgres.ConnectionString("authenticator")) { Port = wire.Port }.ConnectionString;

    /// <summary>Delivers a wake-up for a completion to both queue functions, one after the other.</summary>
    public static async Task Settle(this TestProgram program, Guid completion)
    {
        var body = $$"""{"version":1,"completionId":"{{completion}}"}""";
        await program.Deliver(nameof(PersistAssistantMessage), body);
        await program.Deliver(nameof(RecordUsage), body);
    }

    /// <summary>Calls a queue function with a message, delivered for the given time.</summary>
    public static Task Deliver(this TestProgram program, string function, string body, int delivery = 1, string messageId = "7c2f")
    {
        var text = Convert.ToBase64String(Encoding.UTF8.GetBytes(body));
        var message = QueuesModelFactory.QueueMessage(messageId, "receipt", text, delivery, insertedOn: TimeProvider.System.GetUtcNow());
        return ChatBotApp.Functions.Queues.Single(f => f.Name == function).Run(program.Services, message, TestContext.Current.CancellationToken);
    }
}
