using System.Net;
using System.Text;
using System.Text.Json;
using ChatBot.Local;
using ChatBot.Tests.Stack;
using Xunit;
using TokenUsage = ChatBot.Functions.Completions.TokenUsage;

namespace ChatBot.Tests.Hosting;

/// <summary>The program as the Functions host starts it: on its port, triggered by its envelopes, with no pump of its own.</summary>
public sealed class HostedModeTests(TestStack stack)
{
    private const string Timer =
        """{"Data":{"timer":{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":false}},"Metadata":{"sys":{"MethodName":"EnforceUsageCaps"}}}""";

    private static readonly HttpClient s_http = new();

    [Fact]
    public async Task It_listens_where_the_host_says_and_answers_its_readiness_probe()
    {
        var port = LoopbackPort.Find();
        await using var program = await Start(port);

        using var answer = await s_http.GetAsync(new Uri($"http://127.0.0.1:{port}/"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    [Fact]
    public async Task The_envelopes_drive_the_same_functions()
    {
        var port = LoopbackPort.Find();
        await using var program = await Start(port);
        var completion = await HalfCompletion.Begin(stack);
        Assert.True(await completion.Finish(new TokenUsage(10, 0, 2, 0)));

        await Succeeds(port, "PersistAssistantMessage", Queue(completion.Id));
        await Succeeds(port, "RecordUsage", Queue(completion.Id));
        await Succeeds(port, "EnforceUsageCaps", Timer);

        Assert.True(await stack.Scalar<bool>("select recorded_at is not null from chatbot.completions where id = $1", completion.Id));
    }

    [Fact]
    public async Task A_failure_is_told_so_that_the_host_delivers_again()
    {
        var port = LoopbackPort.Find();
        await using var program = await Start(port);

        using var answer = await Post(port, "RecordUsage", Queue(Guid.NewGuid()));

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
    }

    [Theory]
    [InlineData("x-ms-invocation-id")]
    [InlineData("X-Forwarded-Host")]
    [InlineData("X-Forwarded-For")]
    [InlineData("X-Forwarded-Proto")]
    public async Task A_call_that_the_host_proxied_from_outside_does_not_trigger_anything(string header)
    {
        var port = LoopbackPort.Find();
        await using var program = await Start(port);
        var completion = await HalfCompletion.Begin(stack);
        Assert.True(await completion.Finish(null));

        using var answer = await Post(port, "PersistAssistantMessage", Queue(completion.Id), header);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.False(await stack.Scalar<bool>("select persisted_at is not null from chatbot.completions where id = $1", completion.Id));
    }

    [Theory]
    [InlineData("PersistAssistantMessage")]
    [InlineData("RecordUsage")]
    [InlineData("EnforceUsageCaps")]
    [InlineData("KeepDeadUsageEvent")]
    public async Task Standalone_there_are_no_trigger_routes(string function)
    {
        using var answer = await Post(stack.Program.Address.Port, function, Timer);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task A_request_that_the_host_sends_again_is_answered_once()
    {
        var port = LoopbackPort.Find();
        await using var program = await Start(port);
        var user = (await stack.NewUser()).At(program.Address);
        var chat = await user.NewChat();
        var marker = Guid.NewGuid().ToString();

        for (var i = 0; i < 2; i++)
        {
            (await user.Post($"/api/chats/{chat}/stream", StackExtensions.SendBody($"{marker} [[tokens=4]]"), ("x-ms-invocation-id", "4711"))).Is(HttpStatusCode.OK);
        }

        stack.CallOf(marker);
    }

    private Task<TestProgram> Start(int port) => stack.StartProgram(("FUNCTIONS_CUSTOMHANDLER_PORT", $"{port}"));

    private static string Queue(Guid id)
    {
        var text = JsonSerializer.Serialize($$"""{"version":1,"completionId":"{{id}}"}""", JsonText.Default.String);
        return $$$"""{"Data":{"message":{{{JsonSerializer.Serialize(text, JsonText.Default.String)}}}},"Metadata":{"DequeueCount":"1","Id":"\"7c2f\""}}""";
    }

    private static async Task Succeeds(int port, string function, string envelope)
    {
        using var answer = await Post(port, function, envelope);

        // An empty body would leave the host waiting until it kills the handler.
        Assert.Equal((HttpStatusCode.OK, "application/json", "{}"),
            (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }

    private static async Task<HttpResponseMessage> Post(int port, string function, string envelope, string? header = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://127.0.0.1:{port}/{function}"))
        {
            Content = new StringContent(envelope, Encoding.UTF8, "application/json"),
        };
        if (header is not null)
        {
            request.Headers.Add(header, "x");
        }

        return await s_http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
