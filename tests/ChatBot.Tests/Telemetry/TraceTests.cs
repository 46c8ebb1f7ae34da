using System.Net;
using System.Text;
using ChatBot.Tests.Stack;
using ChatBot.Tests.Telemetry.Otlp;
using Xunit;

namespace ChatBot.Tests.Telemetry;

public sealed class TraceTests(TestStack stack)
{
    private const string TheirTrace = "0af7651916cd43dd8448eb211c80319c";

    [Fact]
    public async Task One_trace_goes_from_the_request_through_both_queue_functions()
    {
        await using var program = await TracedProgram.Start(stack);
        var user = await program.NewUser();
        var chat = await user.NewChat();

        var answer = await user.Send(chat, "Go. [[tokens=9]]");
        await stack.WaitUntilRecorded(answer.MessageId);
        var used = Assert.Single((await user.Get("/api/usage/events")).Json["items"]!.AsArray())!;
        await program.End();

        var spans = program.Collector.Spans;
        var request = Assert.Single(spans, s => s.Name == "POST /api/chats/{chatId}/stream");
        var trace = spans.Where(s => s.TraceId == request.TraceId).ToList();
        var call = Assert.Single(trace, s => s.Name == "chat gpt-4o");
        var firstSend = Assert.Single(trace, s => s.Name == "send assistant-messages");
        var persist = Assert.Single(trace, s => s.Name == "process assistant-messages");
        var secondSend = Assert.Single(trace, s => s.Name == "send usage-events");
        var record = Assert.Single(trace, s => s.Name == "process usage-events");

        Assert.Equal(
            [SpanKind.Server, SpanKind.Client, SpanKind.Producer, SpanKind.Consumer, SpanKind.Producer, SpanKind.Consumer],
            new[] { request, call, firstSend, persist, secondSend, record }.Select(s => s.Kind));
        Assert.Equal(
            ["", request.Id, request.Id, firstSend.Id, persist.Id, secondSend.Id],
            new[] { request, call, firstSend, persist, secondSend, record }.Select(s => s.ParentId));
        Assert.Equal(("POST", "/api/chats/{chatId}/stream", "200"), (request["http.request.method"], request["http.route"], request["http.response.status_code"]));
        Assert.Equal(
            ("chat", "openai", "gpt-4o", "stop", (string?)used["inputTokens"]!.ToString(), (string?)used["outputTokens"]!.ToString()),
            (call["gen_ai.operation.name"], call["gen_ai.provider.name"], call["gen_ai.request.model"], call["gen_ai.response.finish_reasons"],
                call["gen_ai.usage.input_tokens"], call["gen_ai.usage.output_tokens"]));
        Assert.StartsWith("gpt-4o", call["gen_ai.response.model"], StringComparison.Ordinal);
        Assert.True(int.Parse(call["gen_ai.request.max_tokens"]!, null) > 0);
        Assert.Equal("127.0.0.1", call["server.address"]);
        Assert.Equal(("usage-events", "process", "1"), (record["messaging.destination.name"], record["messaging.operation.type"], record["chatbot.delivery"]));
        Assert.DoesNotContain(trace, s => s.IsError);
    }

    [Fact]
    public async Task Statements_are_spans_of_what_they_were_made_for_with_their_values_left_out()
    {
        await using var program = await TracedProgram.Start(stack);
        var user = await program.NewUser();
        var chat = await user.NewChat();

        var answer = await user.Send(chat, "Go. [[tokens=9 delay=20ms]]");
        await stack.WaitUntilRecorded(answer.MessageId);
        await program.End();

        var spans = program.Collector.Spans;
        var request = Assert.Single(spans, s => s.Name == "POST /api/chats/{chatId}/stream");
        var begin = Assert.Single(spans, s => s.ParentId == request.Id && s.Name == "chatbot.begin_completion");
        Assert.Contains("chatbot.begin_completion($1, $2", begin["db.query.text"], StringComparison.Ordinal);
        Assert.Equal("postgresql", begin["db.system.name"]);
        var record = Assert.Single(spans, s => s.Name == "process usage-events");
        Assert.Contains(spans, s => s.ParentId == record.Id && s.Name == "billing.record_usage");
        // Drafts are written for all answers at once, and timers run for nobody.
        Assert.DoesNotContain(spans, s => s.Name is "chatbot.append_deltas" or "chatbot.sweep_completions");
        Assert.All(spans, s => Assert.NotEqual("", s.Kind == SpanKind.Server ? "none" : s.ParentId));
    }

    [Fact]
    public async Task What_is_known_leaves_while_the_program_runs_under_its_name_and_with_the_collectors_key()
    {
        await using var program = await TracedProgram.Start(stack, ("OTEL_SERVICE_NAME", "chat-of-a-test"), ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=of-a-test"));
        var user = await program.NewUser();

        await user.Send(await user.NewChat(), "Go. [[tokens=3]]");

        // Nobody tells a process under the Functions host that it is about to end.
        await stack.WaitUntil(() => Task.FromResult(program.Collector.Spans.Any(s => s.Name == "chat gpt-4o")));
        await stack.WaitUntil(() => Task.FromResult(program.Collector.Points.Any(p => p.Metric == "gen_ai.client.operation.duration")));
        Assert.All(program.Collector.Requests, r => Assert.Equal("of-a-test", r.Headers["api-key"]));
        Assert.All(program.Collector.Requests, r => Assert.Contains("chat-of-a-test", Encoding.UTF8.GetString(r.Body), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_attempt_at_a_model_is_a_span_and_one_that_failed_says_how()
    {
        await using var program = await TracedProgram.Start(stack);
        var user = await program.NewUser();

        await user.Send(await user.NewChat(), $"{Guid.NewGuid()} [[status=503 times=1 tokens=5]]");
        await user.Send(await user.NewChat(), "Go. [[tokens=50 cut=5]]");
        (await user.Post($"/api/chats/{await user.NewChat()}/stream", StackExtensions.SendBody("Go. [[status=401]]"))).Is(HttpStatusCode.BadGateway);
        await program.End();

        var calls = program.Collector.Spans.Where(s => s.Name == "chat gpt-4o").OrderBy(s => s.Start).ToList();
        Assert.Equal(4, calls.Count);
        Assert.Equal(("503", null, "401"), (calls[0]["error.type"], calls[1]["error.type"], calls[3]["error.type"]));
        Assert.EndsWith("Exception", calls[2]["error.type"], StringComparison.Ordinal);
        Assert.All(calls, c => Assert.Equal(c["error.type"] is not null, c.IsError));
        // Which a call that is made again asks for.
        Assert.DoesNotContain(program.Collector.Spans, s => s.Name == "chatbot.append_deltas");
        var failed = Assert.Single(program.Collector.Spans, s => s["http.response.status_code"] == "502");
        Assert.Equal("502", failed["error.type"]);
    }

    [Fact]
    public async Task A_model_at_azure_is_named_by_its_answer_though_not_by_its_first_event()
    {
        await using var program = await TracedProgram.Start(stack, ("Models__0__Name", "gpt-4o"), ("Models__0__Provider", "azure"));
        var user = await program.NewUser();

        await user.Send(await user.NewChat(), "Go. [[tokens=3]]");
        await program.End();

        var call = Assert.Single(program.Collector.Spans, s => s.Name == "chat gpt-4o");
        Assert.Equal("azure.ai.openai", call["gen_ai.provider.name"]);
        Assert.StartsWith("gpt-4o", call["gen_ai.response.model"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_can_name_its_trace_but_not_have_it_sampled()
    {
        await using var program = await TracedProgram.Start(stack, ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "0"));
        var user = await program.NewUser();

        var chat = await user.NewChat();
        var answer = await user.Post(
            $"/api/chats/{chat}/stream", StackExtensions.SendBody("Go. [[tokens=3]]"), ("traceparent", $"00-{TheirTrace}-b7ad6b7169203331-01"));
        await stack.WaitUntilRecorded(EventStreamText.Parse(answer.Body).MessageId);
        (await user.Get("/api/health/ready", ("traceparent", $"00-{TheirTrace}-b7ad6b7169203331-01"))).Is(HttpStatusCode.OK);
        (await user.Get("/nowhere", ("traceparent", $"00-{TheirTrace}-b7ad6b7169203331-01"))).Is(HttpStatusCode.NotFound);
        await program.End();

        Assert.Contains(program.Collector.Points, p => p.Metric == "http.server.request.duration");
        Assert.Empty(program.Collector.Spans);
    }

    [Fact]
    public async Task A_client_can_name_its_trace_but_not_keep_it_from_being_sampled()
    {
        await using var program = await TracedProgram.Start(stack);
        var user = await program.NewUser();

        var refused = await user.Get(
            $"/api/chats/{Guid.NewGuid()}",
            ("traceparent", $"00-{TheirTrace}-b7ad6b7169203331-00"), ("tracestate", "their=state"), ("baggage", "their=baggage"));
        await program.End();

        Assert.Equal(TheirTrace, (string?)refused.IsProblem(HttpStatusCode.NotFound, "not_found")["traceId"]);
        var span = Assert.Single(program.Collector.Spans, s => s.Kind == SpanKind.Server);
        Assert.Equal((TheirTrace, "b7ad6b7169203331", "", "404"), (span.TraceId, span.ParentId, span.TraceState, span["http.response.status_code"]));
        Assert.False(span.IsError);
    }
}
