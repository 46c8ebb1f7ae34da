using System.Text.Json;
using System.Text.Json.Nodes;
using ChatBot.Chaos.Journals;

namespace ChatBot.Chaos.Clients;

/// <summary>All that a client does but sending.</summary>
public sealed class ClientScenario(ChaosHttp http, ClientJournal journal, ChaosUser user, Random random)
{
    public async Task<ChaosChat?> CreateChatAsync(CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7();
        journal.AddChat(id, user.Id);
        var body = new JsonObject { ["id"] = id.ToString(), ["title"] = "Chaos" };
        if (random.Chance(0.3))
        {
            body["systemPrompt"] = $"Be kind to {user.Marker}.";
        }

        using var answer = await http.SendAsync(user, http.AnySlot(random), HttpMethod.Post, "/api/chats", body, cancellationToken);
        // Where the answer was lost the chat may be there all the same.
        return answer.IsSuccess ? new ChaosChat(id, id.ToString()) : null;
    }

    /// <summary>Reads a chat, and looks whether anything in it is somebody else's.</summary>
    public async Task ListAsync(ChaosChat chat, CancellationToken cancellationToken)
    {
        var path = $"/api/chats/{chat.Name}/messages?limit=100";
        using var answer = await http.SendAsync(user, http.AnySlot(random), HttpMethod.Get, path, null, cancellationToken);
        if (answer.Response is null || !answer.IsSuccess)
        {
            return;
        }

        JsonDocument page;
        try
        {
            page = await JsonDocument.ParseAsync(await answer.Response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is IOException or HttpRequestException)
        {
            http.RequireDisturbance(answer.Slot, answer.StartedAt, $"{path} broke: {e.Message}");
            return;
        }

        using (page)
        {
            foreach (var message in page.RootElement.GetProperty("items").EnumerateArray())
            {
                Look(chat, message.GetProperty("id").GetGuid(), message.GetProperty("role").GetString()!, message.GetProperty("content").GetString()!);
            }
        }
    }

    public async Task CreateMessageAsync(ChaosChat chat, Turn turn, string content, CancellationToken cancellationToken)
    {
        var startedAt = TimeProvider.System.GetUtcNow();
        var outcome = SendOutcome.Unknown;
        try
        {
            var body = new JsonObject { ["id"] = turn.MessageId, ["content"] = content };
            using var answer = await http.SendAsync(user, http.AnySlot(random), HttpMethod.Post, $"/api/chats/{chat.Name}/messages", body, cancellationToken);
            outcome = answer.IsSuccess ? SendOutcome.Accepted
                : answer.Status >= 500 || answer is { Status: 0, WasSent: true } ? SendOutcome.Unknown
                : SendOutcome.Refused;
        }
        finally
        {
            journal.Add(new SendRecord(
                SendKind.Create, user.Id, chat.Id, turn.Marker, true, Guid.Parse(turn.MessageId!), content, startedAt, TimeProvider.System.GetUtcNow(), outcome, null));
        }
    }

    public async Task DeleteAsync(ChaosChat chat, Turn? turn, CancellationToken cancellationToken)
    {
        // An answer, the user's own message, or all of it.
        var (marker, answerId) = turn switch
        {
            { AnswerId: { } id } when random.Chance(0.5) => (null, (Guid?)id),
            { MessageId: not null } => (turn.Marker, null),
            _ => ((string?)null, (Guid?)null),
        };
        var isChat = marker is null && answerId is null;
        var path = isChat ? $"/api/chats/{chat.Name}" : $"/api/chats/{chat.Name}/messages/{answerId?.ToString() ?? turn!.MessageId}";
        chat.IsDeleted |= isChat;
        if (turn is not null && !isChat)
        {
            chat.Remove(turn);
        }

        // Known before it is done: whoever looks meanwhile must not miss it.
        journal.Add(new Deletion(chat.Id, marker, answerId, IsKnown: false));
        using var answer = await http.SendAsync(user, http.AnySlot(random), HttpMethod.Delete, path, null, cancellationToken);
        if (answer.IsSuccess)
        {
            journal.Add(new Deletion(chat.Id, marker, answerId, IsKnown: true));
        }
    }

    public async Task GlanceAsync(CancellationToken cancellationToken)
    {
        var path = random.Among(["/api/usage", "/api/chats", "/api/preferences", "/api/models"]);
        using var answer = await http.SendAsync(user, http.AnySlot(random), HttpMethod.Get, path, null, cancellationToken);
    }

    public async Task ChangeKeyAsync(CancellationToken cancellationToken)
    {
        var isSet = random.Chance(0.5);
        var body = isSet ? new JsonObject { ["key"] = (random.Chance(0.1) ? "sk-bad-" : "sk-own-") + user.Id.ToString("N") } : null;
        using var answer = await http.SendAsync(
            user, http.AnySlot(random), isSet ? HttpMethod.Put : HttpMethod.Delete, "/api/preferences/openai-key", body, cancellationToken);
    }

    private void Look(ChaosChat chat, Guid id, string role, string content)
    {
        foreach (var other in Markers.UsersIn(content).Where(other => other != user.Id))
        {
            journal.AddOddity($"message {id} of user {user.Id} shows the text of user {other}");
        }

        if (role == "user" && Markers.OfMessage(content) is { } marker)
        {
            journal.AddSeen(marker, chat.Id);
        }
    }}
