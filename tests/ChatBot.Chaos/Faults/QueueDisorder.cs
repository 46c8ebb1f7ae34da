using Azure.Storage.Queues;
using ChatBot.Chaos.Journals;
using Npgsql;

namespace ChatBot.Chaos.Faults;

/// <summary>What queues do to messages: brings them twice, late and in another order, and brings what is no message.</summary>
public sealed class QueueDisorder(string storage, NpgsqlDataSource database, FaultJournal journal)
{
    private const string SomeCompletions = """
        select c.id
        from chatbot.completions c
        where c.created_at > now() - interval '10 minutes'
        order by random()
        limit 8
        """;

    private static readonly string[] s_queues = ["assistant-messages", "usage-events"];

    private readonly Dictionary<string, QueueClient> _clients = s_queues.ToDictionary(name => name, name => new QueueClient(storage, name, Options()));

    public int Repeated { get; private set; }

    public async Task AddAsync(Random random, CancellationToken cancellationToken)
    {
        List<Guid> ids = [];
        await using (var command = database.CreateCommand(SomeCompletions))
        await using (var rows = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await rows.ReadAsync(cancellationToken))
            {
                ids.Add(rows.GetGuid(0));
            }
        }

        var count = random.Next(1, 9);
        foreach (var id in ids.Take(count).Concat(ids.Take(count).Reverse()))
        {
            // What is not over yet, and what was over long ago.
            await SendAsync(random.Among(s_queues), $$"""{"version":1,"completionId":"{{id}}"}""", cancellationToken);
            Repeated++;
        }

        if (random.Chance(0.2))
        {
            var body = Garbage(random);
            journal.AddGarbage(body);
            await SendAsync(random.Among(s_queues), body, cancellationToken);
        }
    }

    private static string Garbage(Random random) => random.Next(6) switch
    {
        0 => $$"""{"version":1,"completionId":"{{Guid.NewGuid()}}"}""",
        1 => $$"""{"version":{{random.Next(2, 99)}},"completionId":"{{Guid.NewGuid()}}"}""",
        2 => $"no JSON {random.Next()}",
        3 => $$"""{"completionId":{{random.Next()}}}""",
        4 => $"[{random.Next()}]",
        _ => $$"""{"version":1,"completionId":"{{Guid.Empty}}","n":{{random.Next()}}}""",
    };

    private Task SendAsync(string queue, string body, CancellationToken cancellationToken) => _clients[queue].SendMessageAsync(body, cancellationToken);

    private static QueueClientOptions Options() => new()
    {
        MessageEncoding = QueueMessageEncoding.Base64,
        Retry = { MaxRetries = 0, NetworkTimeout = TimeSpan.FromSeconds(5) },
        Diagnostics = { IsLoggingEnabled = false, IsTelemetryEnabled = false },
    };
}
