using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Completions;

/// <summary>A regenerate of the turn whose answer is being written: the client has dropped the text that it had.</summary>
public sealed class JoiningRegenerateTests(TestStack stack)
{
    private const string Long = "[[tokens=60 delay=20ms]]";

    [Theory]
    [InlineData("bare")]
    [InlineData("answer")]
    [InlineData("question")]
    [InlineData("retry")]
    public async Task It_gets_the_running_answer_from_its_start_at_any_instance(string form)
    {
        await using var other = await stack.StartProgram();
        var user = await stack.NewUser();
        var marker = $"{Guid.NewGuid()} {Long}";
        var running = Send(user, "c", "m1", marker);
        await stack.WaitUntil("select exists (select from chatbot.completions where user_id = $1 and state = 'streaming')", user.Id);
        var answer = await stack.Scalar<Guid>("select id from chatbot.completions where user_id = $1", user.Id);
        var body = ChatTests.AiSdkBody("c", "m1", marker, "regenerate-message");
        if (form != "retry")
        {
            body["messages"] = new JsonArray();
            body["messageId"] = form switch { "answer" => answer.ToString(), "question" => "m1", _ => null };
        }

        var joined = EventStreamText.Parse((await user.At(other.Address).Post("/api/chat", body)).Is(HttpStatusCode.OK).Body);

        var first = await running;
        Assert.Equal((first.MessageId, first.Text, "finish"), (joined.MessageId, joined.Text, (string?)joined.Last["type"]));
        Assert.Equal("start", joined.Types[0]);
        Assert.Single(stack.CallsOf(marker));
        Assert.Equal(2, (await user.Messages("c")).Count);
    }

    [Fact]
    public async Task Two_at_once_of_one_answer_are_one_answer()
    {
        var user = await stack.NewUser();
        var marker = $"{Guid.NewGuid()} {Long}";
        var old = (await Send(user, "c", "m1", marker)).MessageId;

        var again = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Regenerate(user, "c", old)));

        Assert.Single(again.Select(a => EventStreamText.Parse(a.Is(HttpStatusCode.OK).Body).MessageId).Distinct());
        Assert.Equal(2, stack.CallsOf(marker).Count);
    }

    [Fact]
    public async Task In_the_middle_of_a_chat_its_turn_is_told_from_those_that_it_took_out()
    {
        var user = await stack.NewUser();
        var first = (await Send(user, "c", "m1", $"One. {Long}")).MessageId;
        var second = (await Send(user, "c", "m2", "Two. [[tokens=3]]")).MessageId;
        var running = Regenerate(user, "c", first);
        await stack.WaitUntil("select exists (select from chatbot.completions where user_id = $1 and ended_at is null)", user.Id);
        var id = await stack.Scalar<Guid>("select id from chatbot.completions where user_id = $1 and ended_at is null", user.Id);

        var elsewhere = Regenerate(user, "c", second);
        var joined = await Task.WhenAll(Regenerate(user, "c", null), Regenerate(user, "c", first), Regenerate(user, "c", id));

        Assert.All(joined, j => Assert.Equal(id, EventStreamText.Parse(j.Is(HttpStatusCode.OK).Body).MessageId));
        Assert.Equal(id, (Guid)(await elsewhere).IsProblem(HttpStatusCode.Conflict, "completion_in_progress")["messageId"]!);
        Assert.Equal("finish", (string?)EventStreamText.Parse((await running).Body).Last["type"]);
    }

    [Fact]
    public async Task What_asks_for_something_else_is_told_which_answer_is_in_its_way()
    {
        var user = await stack.NewUser();
        await Send(user, "c", "m0", "Before. [[tokens=3]]");
        var running = Send(user, "c", "m1", $"Go. {Long}");
        await stack.WaitUntil("select exists (select from chatbot.completions where user_id = $1 and ended_at is null)", user.Id);
        var edit = ChatTests.AiSdkBody("c", "m1", "Go elsewhere.");
        edit["messageId"] = "m1";

        (await user.Post("/api/chat", edit)).IsProblem(HttpStatusCode.Conflict, "completion_in_progress");
        (await user.Post("/api/chat", ChatTests.AiSdkBody("c", "m2", "More."))).IsProblem(HttpStatusCode.Conflict, "completion_in_progress");
        (await user.Post("/api/chat", ChatTests.AiSdkBody("c", "m0", "Before. [[tokens=3]]", "regenerate-message")))
            .IsProblem(HttpStatusCode.Conflict, "completion_in_progress");
        await user.Post("/api/chats/c/messages", new JsonObject { ["content"] = "Not to be answered." });
        (await Regenerate(user, "c", null)).IsProblem(HttpStatusCode.Conflict, "completion_in_progress");

        Assert.Equal("finish", (string?)(await running).Last["type"]);
    }

    private static Task<ApiResponse> Regenerate(TestUser user, string chat, Guid? answer) => user.Post("/api/chat", new JsonObject
    {
        ["id"] = chat,
        ["messages"] = new JsonArray(),
        ["trigger"] = "regenerate-message",
        ["messageId"] = answer?.ToString(),
    });

    private static async Task<EventStreamText> Send(TestUser user, string chat, string message, string text) =>
        EventStreamText.Parse((await user.Post("/api/chat", ChatTests.AiSdkBody(chat, message, text))).Is(HttpStatusCode.OK).Body);
}
