using ChatBot.Functions.Problems;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ChatBot.Tests.Problems;

public sealed class ProblemMiddlewareTests
{
    [Fact]
    public async Task What_nobody_expected_is_answered_without_a_word_of_it()
    {
        var answer = await Run(_ => throw new InvalidOperationException("connection to db.internal with password hunter2"));

        Assert.Equal("internal_error", (string?)answer.Body["code"]);
        Assert.Equal(500, (int?)answer.Body["status"]);
        Assert.DoesNotContain("hunter2", answer.Body.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("InvalidOperation", answer.Body.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(413, "too_large", 413)]
    [InlineData(408, "invalid_request", 400)]
    [InlineData(400, "invalid_request", 400)]
    public async Task What_the_server_refuses_while_it_reads_is_a_problem(int status, string code, int answered)
    {
        var answer = await Run(_ => throw new BadHttpRequestException("Unexpected end of request content.", status));

        Assert.Equal(code, (string?)answer.Body["code"]);
        Assert.Equal(answered, (int?)answer.Body["status"]);
    }

    [Theory]
    [InlineData(404, "not_found")]
    [InlineData(405, "not_found")]
    [InlineData(415, "unsupported_media_type")]
    public async Task An_error_without_a_body_gets_one(int status, string code)
    {
        var answer = await Run(http =>
        {
            http.Response.StatusCode = status;
            return Task.CompletedTask;
        });

        Assert.Equal(code, (string?)answer.Body["code"]);
    }

    [Fact]
    public async Task A_client_that_has_left_is_answered_nothing()
    {
        var http = new DefaultHttpContext { RequestAborted = new CancellationToken(canceled: true) };
        http.Response.Body = new MemoryStream();

        await Middleware(_ => throw new OperationCanceledException()).InvokeAsync(http);

        Assert.Equal(0, http.Response.Body.Length);
    }

    [Fact]
    public async Task A_client_that_leaves_within_its_body_is_answered_nothing()
    {
        var http = new DefaultHttpContext();
        http.Response.Body = new MemoryStream();

        await Middleware(_ => throw new ConnectionResetException("Connection reset by peer")).InvokeAsync(http);

        Assert.Equal(0, http.Response.Body.Length);
    }

    [Fact]
    public async Task What_fails_after_the_answer_has_begun_ends_the_connection()
    {
        var http = new DefaultHttpContext();
        http.Features.Set<Microsoft.AspNetCore.Http.Features.IHttpResponseFeature>(new BegunResponse());

        await Assert.ThrowsAsync<InvalidOperationException>(() => Middleware(_ => throw new InvalidOperationException()).InvokeAsync(http));
    }

    private static Task<Answer> Run(RequestDelegate next) => Answer.Of(Middleware(next).InvokeAsync);

    private static ProblemMiddleware Middleware(RequestDelegate next) => new(next, NullLogger<ProblemMiddleware>.Instance);

    private sealed class BegunResponse : Microsoft.AspNetCore.Http.Features.HttpResponseFeature
    {
        public override bool HasStarted => true;
    }
}
