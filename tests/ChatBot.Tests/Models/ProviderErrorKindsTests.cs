using System.Text;
using ChatBot.Functions.Models;
using Xunit;

namespace ChatBot.Tests.Models;

public sealed class ProviderErrorKindsTests
{
    [Theory]
    // OpenAI.
    [InlineData(400, """{"error":{"message":"…","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}""", ProviderErrorKind.ContextTooLong)]
    [InlineData(401, """{"error":{"message":"…","type":"invalid_request_error","code":"invalid_api_key"}}""", ProviderErrorKind.Key)]
    [InlineData(403, """{"error":{"type":"invalid_request_error","code":"unsupported_country_region_territory"}}""", ProviderErrorKind.NoSuchModel)]
    [InlineData(404, """{"error":{"type":"invalid_request_error","code":"model_not_found"}}""", ProviderErrorKind.NoSuchModel)]
    [InlineData(429, """{"error":{"type":"insufficient_quota","code":"insufficient_quota"}}""", ProviderErrorKind.Quota)]
    [InlineData(429, """{"error":{"message":"Rate limit reached for gpt-4o","type":"requests","code":"rate_limit_exceeded"}}""", ProviderErrorKind.RateLimit)]
    [InlineData(429, """{"error":{"message":"Request too large for gpt-4o: Limit 30000, Requested 40014.","type":"tokens","code":"rate_limit_exceeded"}}""", ProviderErrorKind.AboveRateLimit)]
    [InlineData(500, """{"error":{"message":"The server had an error","type":"server_error","code":null}}""", ProviderErrorKind.ServerError)]
    [InlineData(503, """{"error":{"type":"server_error","code":"slow_down"}}""", ProviderErrorKind.Overloaded)]
    [InlineData(400, """{"error":{"type":"invalid_request_error","code":"unsupported_parameter"}}""", ProviderErrorKind.BadRequest)]
    // Azure OpenAI, and what stands before it.
    [InlineData(400, """{"error":{"code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"}}}""", ProviderErrorKind.ContentFilter)]
    [InlineData(400, """{"error":{"code":null,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}""", ProviderErrorKind.ContentFilter)]
    [InlineData(429, """{"error":{"code":"429","message":"Requests have exceeded the call rate limit."}}""", ProviderErrorKind.RateLimit)]
    [InlineData(404, """{"error":{"code":"DeploymentNotFound","message":"…"}}""", ProviderErrorKind.NoSuchModel)]
    [InlineData(0, """{"statusCode":401,"message":"Access denied due to missing subscription key."}""", ProviderErrorKind.Key)]
    // Gateways and other servers.
    [InlineData(0, """{"error":{"code":400,"message":"This endpoint's maximum context length is 8192 tokens."}}""", ProviderErrorKind.ContextTooLong)]
    [InlineData(500, """{"error":{"message":"ContextWindowExceededError: prompt is too long: 208310 tokens > 200000 maximum","type":null}}""", ProviderErrorKind.ContextTooLong)]
    [InlineData(0, """{"error":{"code":402,"message":"…"}}""", ProviderErrorKind.Quota)]
    [InlineData(0, """{"error":{"code":429,"message":"…"}}""", ProviderErrorKind.RateLimit)]
    [InlineData(0, """{"error":{"code":502,"message":"…"}}""", ProviderErrorKind.ServerError)]
    [InlineData(0, """{"object":"error","message":"…","type":"BadRequestError","param":null,"code":400}""", ProviderErrorKind.BadRequest)]
    [InlineData(0, """{"error":{"type":"overloaded_error","message":"Overloaded"}}""", ProviderErrorKind.Overloaded)]
    [InlineData(0, """{"error":{"type":"invalid_request_error","message":"…"}}""", ProviderErrorKind.BadRequest)]
    [InlineData(400, """[{"error":{"code":400,"message":"…","status":"INVALID_ARGUMENT"}}]""", ProviderErrorKind.BadRequest)]
    [InlineData(429, """{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"…"}}""", ProviderErrorKind.RateLimit)]
    [InlineData(429, """{"error":{"message":"Rate limit: the context length of your plan","code":null}}""", ProviderErrorKind.RateLimit)]
    [InlineData(0, """{"error":"out of memory"}""", ProviderErrorKind.ServerError)]
    // What says nothing.
    [InlineData(400, "<html>", ProviderErrorKind.BadRequest)]
    [InlineData(408, "", ProviderErrorKind.Timeout)]
    [InlineData(524, "error code: 524", ProviderErrorKind.Timeout)]
    [InlineData(503, "no healthy upstream", ProviderErrorKind.Overloaded)]
    [InlineData(502, "", ProviderErrorKind.ServerError)]
    [InlineData(413, "", ProviderErrorKind.BadRequest)]
    [InlineData(0, """{"error":{"code":{"a":1},"type":["b"],"message":7,"status":1e999}}""", ProviderErrorKind.ServerError)]
    [InlineData(0, """{"error":{"message":"\ud83d","code":"\ud83d"}}""", ProviderErrorKind.ServerError)]
    public void An_error_is_what_all_that_is_known_of_it_says(int status, string body, ProviderErrorKind kind) =>
        Assert.Equal(kind, ProviderErrorKinds.KindOf(ProviderError.Parse(Encoding.UTF8.GetBytes(body), status)));

    [Theory]
    [InlineData("""{"error":{"code":"You said: my password is hunter2"}}""")]
    [InlineData("""{"error":{"code":"a\nb"}}""")]
    public void A_code_that_may_be_a_text_is_not_kept(string body) => Assert.Null(ProviderError.Parse(Encoding.UTF8.GetBytes(body), 400).Code);

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(null, "7", 7.0)]
    [InlineData(null, "2.5", 2.5)]
    [InlineData("1500", null, 1.5)]
    [InlineData("1500.5", null, 1.5005)]
    [InlineData("1500", "3", 3.0)]
    [InlineData("4500", "3", 4.5)]
    [InlineData(null, "86400", 3600.0)]
    [InlineData(null, "99999999999999999999999", 3600.0)]
    [InlineData(null, "Wed, 01 Jan 2031 00:00:30 GMT", 30.0)]
    [InlineData(null, "Wed, 01 Jan 2031 05:00:00 GMT", 3600.0)]
    [InlineData(null, "Wed, 01 Jan 2031 00:00:00 GMT", null)]
    [InlineData(null, "Tue, 31 Dec 2030 00:00:00 GMT", null)]
    [InlineData(null, "soon", null)]
    [InlineData(null, "-5", null)]
    [InlineData(null, "0", null)]
    [InlineData(null, "NaN", null)]
    [InlineData(null, "Infinity", null)]
    [InlineData("soon", "7", 7.0)]
    public void A_hint_to_wait_is_read_in_each_form(string? milliseconds, string? secondsOrDate, double? seconds) => Assert.Equal(
        seconds, RetryAfter.Read(milliseconds, secondsOrDate, new DateTimeOffset(2031, 1, 1, 0, 0, 0, TimeSpan.Zero))?.TotalSeconds);
}
