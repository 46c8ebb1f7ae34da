using ChatBot.Functions.Completions;
using ChatBot.Functions.Identity;
using ChatBot.Functions.Queues;
using Xunit;

namespace ChatBot.Tests.Stack;

/// <summary>A completion that is admitted and has a draft, and that no process writes any more: as a killed one leaves it.</summary>
public sealed class HalfCompletion(TestStack stack, TestUser user, string chat, Guid id)
{
    private readonly CompletionStore _store = stack.Program.Services.GetRequiredService<CompletionStore>();

    public TestUser User => user;

    public string Chat => chat;

    public Guid Id => id;

    public static async Task<HalfCompletion> Begin(TestStack stack, string draft = "so far", long? tokenCap = null)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        if (tokenCap is not null)
        {
            await stack.SetCaps(user, tokenCap);
        }

        var store = stack.Program.Services.GetRequiredService<CompletionStore>();
        var send = new SendCommand(Guid.Parse(chat), false, false, Guid.CreateVersion7(), false, null, "Go.", null, null, null, []);
        var caller = new CurrentUser(user.Id, "authenticated", false, $$"""{"sub":"{{user.Id}}","role":"authenticated"}""");
        var begun = await store.Begin(caller, send, null, TestContext.Current.CancellationToken);
        if (draft.Length > 0)
        {
            await store.AppendDeltas([new DraftPart(begun.Id, 1, 0, draft)], TestContext.Current.CancellationToken);
        }

        return new HalfCompletion(stack, user, chat, begun.Id);
    }

    public Task<int> ExpireLease() => stack.Execute("update chatbot.completions set lease_expires_at = now() - interval '1 second' where id = $1", id);

    public Task Wake() => stack.Program.Services.GetRequiredService<WakeUpQueues>().TryWake(id, null);

    public Task<bool> Finish(TokenUsage? usage, int epoch = 1, string rest = "") => _store.Finish(
        new DraftPart(id, epoch, 6, rest), new AnswerEnd(AnswerEnd.Finished, "stop"), true, usage, null, TestContext.Current.CancellationToken);
}
