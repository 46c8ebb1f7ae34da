using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Functions.Completions;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Models;
using ChatBot.Functions.Queues;
using ChatBot.Shared.Completions;
using Xunit;

namespace ChatBot.Tests.Stack;

/// <summary>A completion that is admitted and has a draft, and that no process writes any more: as a killed one leaves it.</summary>
public sealed class HalfCompletion(TestStack stack, TestUser user, string chat, Guid id)
{
    private readonly CompletionStore _store = stack.Program.Services.GetRequiredService<CompletionStore>();

    public TestUser User => user;

    public string Chat => chat;

    public Guid Id => id;

    public static async Task<HalfCompletion> Begin(TestStack stack, string draft = "so far", long? tokenCap = null, params string[] history)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        if (tokenCap is not null)
        {
            await stack.SetCaps(user, tokenCap);
        }

        foreach (var (index, content) in history.Index())
        {
            (await user.Post($"/api/chats/{chat}/messages", new JsonObject { ["id"] = $"h{index}", ["content"] = content })).Is(HttpStatusCode.Created);
        }

        var services = stack.Program.Services;
        var (admissions, store) = (services.GetRequiredService<AdmissionStore>(), services.GetRequiredService<CompletionStore>());
        var send = new SendCommand(Guid.Parse(chat), false, false, Guid.CreateVersion7(), false, null, "Go.", null, null, null, []);
        var caller = new CurrentUser(user.Id, "authenticated", false, $$"""{"sub":"{{user.Id}}","role":"authenticated"}""");
        var begun = await admissions.Begin(caller, Guid.CreateVersion7(), send, null, TestContext.Current.CancellationToken);
        if (draft.Length > 0)
        {
            await store.AppendDeltas([new DraftPart(begun.Id, 1, true, 0, draft)], TestContext.Current.CancellationToken);
        }

        return new HalfCompletion(stack, user, chat, begun.Id);
    }

    /// <summary>A piece of the draft, as a tick writes it.</summary>
    public Task Draft(int seq, string text, int reasoning = 0) =>
        _store.AppendDeltas([new DraftPart(id, 1, true, seq, text, reasoning)], TestContext.Current.CancellationToken);

    /// <summary>The model has refused the call, and was not called again yet.</summary>
    public Task WasRefused() => _store.AppendDeltas([new DraftPart(id, 1, false, 0, "")], TestContext.Current.CancellationToken);

    public Task<int> ExpireLease() => stack.Execute("update chatbot.completions set lease_expires_at = now() - interval '1 second' where id = $1", id);

    public Task Wake() => stack.Program.Services.GetRequiredService<WakeUpQueues>().TryWake(id, null, hasClaim: false);

    public async Task<bool> Finish(TokenUsage? usage, int epoch = 1, string rest = "", int seq = 6, string state = CompletionState.Finished) =>
        await _store.Finish(Ended(usage, epoch, rest, state), seq, isLate: false, TestContext.Current.CancellationToken) is not FinishOutcome.NotOurs;

    /// <summary>As it waits in the storage account while the database is away.</summary>
    public FinishedAnswer Ended(TokenUsage? usage, int epoch = 1, string text = "so far and to its end", string state = CompletionState.Finished, bool wasCalled = true) => new(
        1, id, epoch, state, state == CompletionState.Finished ? "stop" : null, null, null, wasCalled, text,
        usage?.Input, usage?.CachedInput, usage?.CacheWrite, usage?.Output, usage?.Reasoning, usage is null ? null : "reported", null, null, null);
}
