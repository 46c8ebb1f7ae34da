using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Billing;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Usage;

/// <summary>What providers charge for beside input, cached input and output.</summary>
public sealed class CacheWriteTests(TestStack stack)
{
    [Theory]
    [InlineData("cache_write_tokens")]
    [InlineData("cache_creation_tokens")]
    [InlineData("cache_creation_input_tokens")]
    public async Task Tokens_that_are_written_to_the_cache_are_charged_by_their_own_rate(string member)
    {
        var model = await PricedModel(cacheWrite: 12.5m);
        await using var program = await stack.StartProgram(("Models__0__Name", model));
        var user = await stack.NewUser(program);
        var marker = Guid.NewGuid().ToString();

        var stream = await user.Send(await user.NewChat(), $"{marker} [[tokens=9 cached=3 cache-write=5 cache-write-as={member}]]");
        await stack.WaitUntilRecorded(stream.MessageId);

        var prompt = stack.CallOf(marker).PromptTokens;
        var cost = 0.000001m * (((prompt - 8) * 10m) + (3 * 1m) + (5 * 12.5m) + (9 * 40m));
        var receipt = stream.Last["messageMetadata"]!["receipt"]!;
        Assert.Equal((5, cost), ((int)receipt["cacheWriteTokens"]!, (decimal)receipt["cost"]!));
        var told = Assert.Single((await user.Get("/api/usage/events")).Is(HttpStatusCode.OK).Json["items"]!.AsArray())!;
        Assert.Equal((5, cost), ((int)told["cacheWriteTokens"]!, (decimal)told["cost"]!));
        var day = Assert.Single((await user.Get("/api/usage/daily")).Is(HttpStatusCode.OK).Json["items"]!.AsArray())!;
        Assert.Equal((5L, cost), ((long)day["cacheWriteTokens"]!, (decimal)day["cost"]!));
        Assert.Equal(
            $"5 12.5 {cost.ToString("0.##########", CultureInfo.InvariantCulture)}",
            await stack.Scalar<string>(
                "select concat_ws(' ', cache_write_tokens, cache_write_rate, trim_scale(cost)) from billing.report_ledger where user_id = $1", user.Id));
    }

    [Fact]
    public async Task Reasoning_that_is_reported_outside_of_the_completion_is_charged()
    {
        var user = await stack.NewUser();
        var marker = Guid.NewGuid().ToString();

        var stream = await user.Send(await user.NewChat(), $"{marker} [[tokens=9 think=5 reasoning=20 reasoning-apart]]");
        await stack.WaitUntilRecorded(stream.MessageId);

        Assert.Equal(
            "reported 34 25",
            await stack.Scalar<string>("select concat_ws(' ', quality, output_tokens, reasoning_tokens) from billing.usage_events where user_id = $1", user.Id));
    }

    [Fact]
    public async Task A_price_has_a_rate_for_it_which_is_that_of_the_input_where_none_is_named()
    {
        var (named, unnamed) = ($"named-{Guid.NewGuid():N}", $"unnamed-{Guid.NewGuid():N}");

        var first = (await stack.Finance().Post("/api/billing/prices", Price(named, 12.5m))).Is(HttpStatusCode.Created).Json;
        var second = (await stack.Finance().Post("/api/billing/prices", Price(unnamed, null))).Is(HttpStatusCode.Created).Json;
        var refused = await stack.Finance().Post("/api/billing/prices", Price($"refused-{Guid.NewGuid():N}", -1));

        Assert.Equal((12.5m, 10m), ((decimal)first["cacheWrite"]!, (decimal)second["cacheWrite"]!));
        Assert.NotNull(refused.IsProblem(HttpStatusCode.BadRequest, "invalid_request")["errors"]!["cacheWrite"]);
        await using var program = await stack.StartProgram(("Models__0__Name", named));
        var model = Assert.Single((await (await stack.NewUser(program)).Get("/api/models")).Is(HttpStatusCode.OK).Json["items"]!.AsArray())!;
        Assert.Equal(12.5m, (decimal)model["prices"]!["cacheWrite"]!);
    }

    private async Task<string> PricedModel(decimal cacheWrite)
    {
        var model = $"cache-{Guid.NewGuid():N}";
        (await stack.Finance().Post("/api/billing/prices", Price(model, cacheWrite))).Is(HttpStatusCode.Created);
        return model;
    }

    private static JsonObject Price(string model, decimal? cacheWrite)
    {
        var price = new JsonObject { ["model"] = model, ["input"] = 10, ["cachedInput"] = 1, ["output"] = 40, ["reasoning"] = 40 };
        if (cacheWrite is { } some)
        {
            price["cacheWrite"] = some;
        }

        return price;
    }
}
