using Azure.Storage.Blobs;
using ChatBot.Local;
using ChatBot.Shared.Queues;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.EndToEndTests;

/// <summary>
/// A second process, which does what the first one left undone when it was killed. It is the worker of a Functions host, so
/// that it does nothing by itself: timer and queues are triggered here.
/// </summary>
public sealed class Recovery(PublishedProgram published) : IAsyncLifetime
{
    private FunctionsHost _host = null!;

    /// <summary>The account that both processes use.</summary>
    public StorageAccount Storage { get; } = new(published.Stack.Azurite);

    public Uri Address => new(_host.BaseUrl);

    public async ValueTask InitializeAsync()
    {
        // Readiness asks for the queues, which nobody has made yet.
        await Storage.Queue(QueueNames.AssistantMessages);
        await Storage.Queue(QueueNames.UsageEvents);
        await new BlobContainerClient(Storage.ConnectionString, QueueNames.FinishedAnswers).CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        // Not over the wire, which is cut with the first process.
        _host = await published.StartHosted(("AzureWebJobsStorage", Storage.ConnectionString));
    }

    /// <summary>Runs the functions until everything of a user's is recorded.</summary>
    public async Task<Books> Recover(Guid user)
    {
        var running = Books.Settled(published.Database, user, TimeSpan.FromSeconds(60));
        while (!running.IsCompleted)
        {
            await Age(user);
            await Run(_host.InvokeTimerAsync("SweepCompletions"));
            await Deliver(QueueNames.AssistantMessages, "PersistAssistantMessage");
            await Deliver(QueueNames.UsageEvents, "RecordUsage");
            await Task.WhenAny(running, Task.Delay(100, TestContext.Current.CancellationToken));
        }

        return await running;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await Storage.DisposeAsync();
    }

    /// <summary>The timer takes for forgotten what has waited for ten seconds: so long nobody needs to wait here.</summary>
    private async Task Age(Guid user)
    {
        await using var command = published.Database.CreateCommand(
            """
            update chatbot.completions
            set ended_at = ended_at - interval '10 minutes',
                persisted_at = persisted_at - interval '10 minutes',
                woken_at = woken_at - interval '10 minutes'
            where user_id = $1 and recorded_at is null
            """);
        command.Parameters.Add(new() { Value = user });
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private async Task Deliver(string queue, string function)
    {
        while (await Storage.Take(queue) is { } message)
        {
            if (await Run(_host.InvokeQueueAsync(function, message.Body.ToString(), message.DequeueCount)))
            {
                await (await Storage.Queue(queue)).DeleteMessageAsync(message.MessageId, message.PopReceipt, TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>False where it failed.</summary>
    private static async Task<bool> Run(Task invocation)
    {
        try
        {
            await invocation;
            return true;
        }
        catch (InvocationFailedException)
        {
            return false;
        }
    }
}
