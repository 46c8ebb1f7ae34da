using System.Text.Json.Nodes;
using ChatBot.Local;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Routes;

/// <summary>A database for whom everything is allowed, as what they send may well be good, and change the plans of all.</summary>
public sealed class HostileDatabase(TestStack stack) : IAsyncDisposable
{
    private readonly SemaphoreSlim _creating = new(1, 1);
    private OwnDatabase? _database;

    /// <summary>Who sees to the billing, and chats.</summary>
    public async Task<TestUser> NewUser()
    {
        await _creating.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            _database ??= await OwnDatabase.Create(stack);
        }
        finally
        {
            _creating.Release();
        }

        return await _database.NewUser(new AccessToken(Guid.NewGuid()) { AppMetadata = new JsonObject { ["chatbot_role"] = "billing" } });
    }

    /// <summary>What there is of the user's to ask for, by the names that routes have for it.</summary>
    public async Task<IReadOnlyDictionary<string, string>> Known(TestUser user)
    {
        // On a plan of the user's own, and not by a route: others may have put any limits in force for everybody.
        await _database!.Execute("insert into billing.plans (id, name) values ($1, 'Own')", $"{user.Id}");
        await _database.Execute("insert into billing.user_plans (user_id, plan_id) values ($1, $2)", user.Id, $"{user.Id}");
        var (chat, message) = (Guid.NewGuid(), Guid.NewGuid());
        await _database.Execute("insert into public.chats (id, user_id, title) values ($1, $2, 'A chat')", chat, user.Id);
        await _database.Execute(
            "insert into public.messages (id, chat_id, user_id, role, content) values ($1, $2, $3, 'user', 'Hello')", message, chat, user.Id);
        var letter = await _database.Scalar<Guid>(
            "insert into chatbot.dead_letters (queue, message_id, body) values ('nobodys-poison', $1, 'x') returning id", $"{Guid.NewGuid()}");
        return new Dictionary<string, string>
        {
            ["chatId"] = $"{chat}",
            ["messageId"] = $"{message}",
            ["userId"] = $"{user.Id}",
            ["id"] = $"{letter}",
            ["month"] = "2026-11",
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }
}
