using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ChatBot.Local;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Telemetry;

/// <summary>Nothing that a user wrote, was told, or signs in with leaves the program as telemetry.</summary>
public sealed class PrivacyTests(TestStack stack)
{
    private const string Title = "canary-title";
    private const string Prompt = "canary-system-prompt";
    private const string Question = "canary-question";
    private const string Reply = "canary-reply";
    private const string Comment = "canary-comment";
    private const string Key = "sk-canary-key-0123456789abcdef";
    private const string BadKey = "sk-bad-canary-key-0123456789abcdef";
    private const string Email = "canary-mail@example.com";
    private const string ChosenId = "canary-chosen-id";
    private const string Header = "canary-header";
    private const string Query = "canary-query";
    private const string Preference = "canary-preference";
    private const string Method = "CANARYMETHOD";

    [Fact]
    public async Task No_exported_byte_and_no_logged_line_has_anything_of_a_users_own()
    {
        // A provider that repeats in its errors what it was sent, key and all.
        await using var echo = await HttpStandIn.Start((request, http) =>
        {
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
            http.Response.ContentType = "application/json";
            var message = $"{string.Join(' ', request.Headers.Values)} {Encoding.UTF8.GetString(request.Body)}";
            return http.Response.WriteAsync(new JsonObject { ["error"] = new JsonObject { ["message"] = message, ["code"] = "server_error" } }.ToJsonString());
        });
        await using var program = await TracedProgram.Start(
            stack,
            ("Models__0__Name", "gpt-4o"), ("Models__1__Name", "gpt-4o-mini"), ("Models__1__Provider", "azure"), ("Titles__Model", "gpt-4o"),
            ("AzureOpenAI__Endpoint", echo.Url), ("AzureOpenAI__ApiKey", Key), ("ModelCalls__Retries", "1"), ("Streams__FirstTokenSeconds", "1"));
        var user = await NewUser(program);
        var stranger = await NewUser(program);

        await Use(user);
        await BeRefused(user, stranger);
        await stack.WaitUntil("select not exists (select from chatbot.completions where user_id = $1 and recorded_at is null)", user.Id);
        await program.End();

        var spans = program.Collector.Spans;
        foreach (var name in (string[])["chat gpt-4o", "chat gpt-4o-mini", "process usage-events", "PATCH /api/preferences", "GET /api/chats/{chatId}/stream", "_OTHER"])
        {
            Assert.Contains(spans, s => s.Name == name);
        }

        AssertNothingOf(program, user, stranger);
        Assert.NotEmpty(program.App.Output);
        foreach (var canary in Canaries(user, stranger))
        {
            Assert.DoesNotContain(program.App.Output, line => line.Contains(canary, StringComparison.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public async Task Where_an_error_of_the_database_repeats_a_text_its_span_does_not()
    {
        await using var database = await OwnDatabase.Create(stack);
        await database.Execute(
            "create function public.refuse() returns trigger language plpgsql as $$ begin raise exception 'no % here', new.title using detail = new.title; end $$");
        await database.Execute("create trigger refuse before insert on public.chats for each row execute function public.refuse()");
        await using var program = await TracedProgram.Start(stack, database.ConnectionOver(stack.Local.Postgres.Port));
        var user = (await database.NewUser()).At(program.Address);

        (await user.Post("/api/chats", new JsonObject { ["title"] = Title })).IsProblem(HttpStatusCode.InternalServerError, "internal_error");
        await program.End();

        var failed = Assert.Single(program.Collector.Spans, s => s.Name == "public.chats" && s.IsError);
        Assert.Equal(("P0001", ""), (failed["error.type"], failed.StatusMessage));
        Assert.All(program.Collector.Spans, s => Assert.Empty(s.Events));
        Assert.Equal("500", Assert.Single(program.Collector.Spans, s => s.Name == "POST /api/chats")["error.type"]);
        AssertNothingOf(program, user, user);
    }

    private static void AssertNothingOf(TracedProgram program, TestUser user, TestUser stranger)
    {
        Assert.NotEmpty(program.Collector.Requests);
        foreach (var request in program.Collector.Requests)
        {
            var sent = Encoding.Latin1.GetString(request.Body) + string.Join(' ', request.Headers.Values);
            foreach (var canary in Canaries(user, stranger))
            {
                Assert.False(sent.Contains(canary, StringComparison.OrdinalIgnoreCase), $"{canary} was sent to {request.Path}.");
            }
        }
    }

    private static string[] Canaries(TestUser user, TestUser stranger) =>
    [
        "canary", Title, Prompt, Question, Reply, Comment, Key, BadKey, Email, ChosenId, Header, Query, Preference, Method,
        user.Token, stranger.Token, user.Token.Split('.')[1], user.Token.Split('.')[2], $"{user.Id}", $"{stranger.Id}",
    ];

    private async Task<TestUser> NewUser(TracedProgram program)
    {
        var user = await stack.NewUser();
        var token = stack.Local.Tokens.Mint(new AccessToken(user.Id) { Email = Email, UserMetadata = new JsonObject { ["name"] = "canary-name" } });
        return new TestUser(user.Id, token, program.Address);
    }

    /// <summary>Everything that goes well, with a canary wherever a text can be.</summary>
    private static async Task Use(TestUser user)
    {
        (string, string)[] headers = [
            ("User-Agent", Header), ("X-Any", Header), ("Idempotency-Key", Header), ("baggage", $"user={Header}"),
            ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("tracestate", $"a={Header}")];
        (await user.Post("/api/chats", new JsonObject { ["id"] = ChosenId, ["title"] = Title, ["systemPrompt"] = Prompt }, headers)).Is(HttpStatusCode.Created);
        (await user.Post($"/api/chats/{ChosenId}/messages", new JsonObject { ["id"] = $"{ChosenId}-m", ["content"] = Question })).Is(HttpStatusCode.Created);
        (await user.Get($"/api/chats?limit=5&q={Query}")).Is(HttpStatusCode.OK);
        (await user.Get($"/api/chats/{ChosenId}/messages?before=9&q={Query}")).Is(HttpStatusCode.OK);
        (await user.Patch("/api/preferences", new JsonObject { ["theme"] = "dark" })).Is(HttpStatusCode.OK);
        (await user.Patch("/api/preferences", new JsonObject { ["theme"] = Preference })).Is(HttpStatusCode.BadRequest);

        var answer = EventStreamText.Parse((await user.Post(
            $"/api/chats/{ChosenId}/stream", StackExtensions.SendBody($"{Question} [[text=\"{Reply}\"]]"), headers)).Is(HttpStatusCode.OK).Body);
        Assert.Equal(Reply, answer.Text);
        (await user.Get($"/api/chats/{ChosenId}/stream")).Is(HttpStatusCode.NoContent);
        (await user.Put($"/api/chats/{ChosenId}/messages/{answer.MessageId}/feedback", new JsonObject { ["value"] = "up", ["comment"] = Comment })).Is(HttpStatusCode.OK);

        // On a key of the user's own, in a chat that gets a title by a model.
        (await user.Put("/api/preferences/openai-key", new JsonObject { ["key"] = Key })).Is(HttpStatusCode.OK);
        var message = new JsonObject { ["role"] = "user", ["content"] = $"{Question} [[text=\"{Reply}\"]]" };
        (await user.Post(
            "/api/chat", new JsonObject { ["id"] = $"{ChosenId}-2", ["messages"] = new JsonArray(message) }, ("Accept", "text/event-stream"))).Is(HttpStatusCode.OK);
        (await user.Delete("/api/preferences/openai-key")).Is(HttpStatusCode.NoContent);
    }

    /// <summary>Everything that does not.</summary>
    private static async Task BeRefused(TestUser user, TestUser stranger)
    {
        ApiResponse[] refused =
        [
            await user.Put("/api/preferences/openai-key", new JsonObject { ["key"] = BadKey }),
            await user.Post("/api/chats", new JsonObject { ["id"] = ChosenId, ["title"] = Title + "2" }),
            await user.Post("/api/chats", new JsonObject { ["title"] = Title + "\0" }),
            await user.SendRaw(HttpMethod.Post, "/api/chats", $$"""{"title":"{{Title}}","id":["{{Title}}"]}""", []),
            await user.Get($"/api/chats?status={Query}&limit={Query}"),
            await user.Get($"/api/{Query}?q={Query}"),
            await user.Get($"/{Query}"),
            await user.SendRaw(new HttpMethod(Method), "/api/chats", null, []),
            await user.Patch($"/api/chats/{ChosenId}", new JsonObject { ["title"] = Title + new string('x', 200) }),
            await user.Post($"/api/chats/{ChosenId}/stream", StackExtensions.SendBody($"{Question} [[status=500]]")),
            await user.Post($"/api/chats/{ChosenId}/stream", StackExtensions.SendBody($"{Question} [[filter]]")),
            await user.Post($"/api/chats/{ChosenId}/stream", StackExtensions.SendBody($"{Question} [[malformed=0]]")),
            await user.Post($"/api/chats/{ChosenId}/stream", StackExtensions.SendBody($"{Question} [[no-headers]]")),
            await user.Post($"/api/chats/{ChosenId}/stream", new JsonObject { ["message"] = new JsonObject { ["content"] = Question }, ["model"] = "gpt-4o-mini" }),
            await stranger.Get($"/api/chats/{ChosenId}"),
            await stranger.Post($"/api/chats/{ChosenId}/stream", StackExtensions.SendBody(Question)),
        ];
        Assert.All(refused, answer => Assert.InRange((int)answer.Status, 400, 599));

        await user.Post($"/api/chats/{ChosenId}/stream", StackExtensions.SendBody($"{Question} [[tokens=50 cut=5]]"));
        await user.Post($"/api/chats/{ChosenId}/stream", StackExtensions.SendBody($"{Question} [[tokens=50 error=5]]"));
    }
}
