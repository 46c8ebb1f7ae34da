using System.Net;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Billing;

/// <summary>What the billing role can get wrong.</summary>
public sealed class BillingInputTests(TestStack stack)
{
    private const string Good = "\"model\":\"a\",\"input\":1,\"cachedInput\":1,\"output\":1,\"reasoning\":1";

    [Theory]
    [InlineData("POST", "/api/billing/prices", $"{{{Good},\"currency\":null}}", "currency")]
    [InlineData("POST", "/api/billing/prices", "{\"model\":\"a\",\"cachedInput\":1,\"output\":1,\"reasoning\":1}", "input")]
    [InlineData("POST", "/api/billing/prices", "{\"model\":\"a\",\"input\":1e-28,\"cachedInput\":1,\"output\":1,\"reasoning\":1}", "input")]
    [InlineData("POST", "/api/billing/prices", "{\"model\":\"a\",\"input\":1,\"cachedInput\":7.9e28,\"output\":1,\"reasoning\":1}", "cachedInput")]
    [InlineData("POST", "/api/billing/prices", "{\"model\":\"a\",\"input\":1,\"cachedInput\":1,\"output\":0.0000000000001,\"reasoning\":1}", "output")]
    [InlineData("POST", "/api/billing/prices", "{\"model\":\"a\",\"input\":1,\"cachedInput\":1,\"output\":1,\"reasoning\":1000000.000001}", "reasoning")]
    [InlineData("POST", "/api/billing/prices", "{\"model\":\"a\",\"input\":1,\"cachedInput\":1,\"output\":1,\"reasoning\":1,\"validFrom\":\"0001-01-01T00:00:00Z\"}", "validFrom")]
    [InlineData("POST", "/api/billing/prices", "{\"model\":\"a\",\"input\":1,\"cachedInput\":1,\"output\":1,\"reasoning\":1,\"validFrom\":\"9999-12-31T23:59:59.9999999Z\"}", "validFrom")]
    [InlineData("PUT", "/api/billing/plans/bad", "{\"name\":\"A\",\"tokenCap\":9223372036854775807}", "tokenCap")]
    [InlineData("PUT", "/api/billing/plans/bad", "{\"name\":\"A\",\"costCap\":7.9e28}", "costCap")]
    [InlineData("PUT", "/api/billing/plans/bad", "{\"name\":\"A\",\"dailyCostCap\":1e-28}", "dailyCostCap")]
    [InlineData("PUT", "/api/billing/plans/bad", "{\"name\":\"A\",\"maxOutputTokens\":2147483647}", "maxOutputTokens")]
    [InlineData("PUT", "/api/billing/plans/bad", "{\"name\":\"A\",\"requestsPerMinute\":2147483647}", "requestsPerMinute")]
    [InlineData("PUT", "/api/billing/plans/bad", "{\"name\":\"A\",\"modelsAllowed\":[null]}", "modelsAllowed")]
    [InlineData("PUT", "/api/billing/plans/bad", "{\"name\":\"A\",\"modelsAllowed\":[\"\"]}", "modelsAllowed")]
    [InlineData("PUT", "/api/billing/deployment", "{\"tokenCap\":9223372036854775807}", "tokenCap")]
    [InlineData("PUT", "/api/billing/deployment", "{\"costCap\":1e-13}", "costCap")]
    [InlineData("GET", "/api/billing/periods/9999-12", null, "month")]
    [InlineData("GET", "/api/billing/periods/0001-01?format=csv", null, "month")]
    public async Task A_value_out_of_its_range_is_refused_with_its_field(string method, string path, string? body, string field)
    {
        var problem = (await stack.Finance().SendRaw(HttpMethod.Parse(method), path, body, [])).IsProblem(HttpStatusCode.BadRequest, "invalid_request");

        Assert.NotNull(problem["errors"]![field]);
    }

    [Theory]
    [InlineData("POST", "/api/billing/prices", "{\"model\":\"a\\u0000\",\"input\":1,\"cachedInput\":1,\"output\":1,\"reasoning\":1}", "$.model")]
    [InlineData("PUT", "/api/billing/plans/bad", "{\"name\":\"A\\u0000\"}", "$.name")]
    [InlineData("PUT", "/api/billing/plans/bad", "{\"name\":\"A\",\"modelsAllowed\":[\"gpt-4o\",\"\\u0000\"]}", "$.modelsAllowed[1]")]
    [InlineData("PUT", "/api/billing/plans/bad", "{\"name\":\"\\ud800\"}", "$.name")]
    public async Task A_text_that_cannot_be_stored_is_refused_saying_where(string method, string path, string body, string place)
    {
        var problem = (await stack.Finance().SendRaw(HttpMethod.Parse(method), path, body, [])).IsProblem(HttpStatusCode.UnprocessableEntity, "unprocessable_text");

        Assert.Contains(place, (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1e-40")]
    [InlineData("1.00000000000000000000000000000001")]
    [InlineData("0.12345678901234567890123456789")]
    [InlineData("99999999999999999999999999999")]
    [InlineData("1e400")]
    public async Task A_number_that_would_be_rounded_is_refused(string number) =>
        (await stack.Finance().SendRaw(HttpMethod.Put, "/api/billing/plans/bad", $"{{\"name\":\"A\",\"costCap\":{number}}}", []))
            .IsProblem(HttpStatusCode.BadRequest, "invalid_json");

    [Theory]
    [InlineData("1.000000000000000000000000000000000000000", 1)]
    [InlineData("12e-1", 1.2)]
    [InlineData("0e99", 0)]
    [InlineData("0.000000000001", 0.000000000001)]
    [InlineData("1E+3", 1000)]
    public async Task A_number_is_taken_as_it_is_however_it_is_written(string number, decimal value)
    {
        var id = $"p{Guid.NewGuid():N}";

        (await stack.Finance().Put($"/api/billing/plans/{id}", PlanBody.Of("A"))).Is(HttpStatusCode.OK);
        var put = await stack.Finance().SendRaw(HttpMethod.Patch, $"/api/billing/plans/{id}", $"{{\"costCap\":{number}}}", []);

        Assert.Equal(value, (decimal)put.Is(HttpStatusCode.OK).Json["costCap"]!);
    }

    [Fact]
    public async Task A_bill_that_no_table_can_hold_is_refused()
    {
        const string header = "Date,MeterName,Quantity,UnitOfMeasure\n";
        var models = string.Concat(Enumerable.Range(0, 50_000).Select(n => $"2026-10-20,m{n}-Inp-glbl Tokens,1,1K\n"));

        foreach (var bill in (string[])["2026-10-20,gpt\0-Inp-glbl Tokens,1,1K\n", "\0", models])
        {
            (await stack.Finance().SendRaw(HttpMethod.Post, "/api/billing/reconciliations?provider=azure", header + bill, [("Content-Type", "text/csv")]))
                .IsProblem(HttpStatusCode.BadRequest, "invalid_request");
        }
    }
}
