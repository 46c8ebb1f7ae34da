using System.Net;
using System.Text.Json.Nodes;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Usage;

/// <summary>What users see of their own ledger.</summary>
public sealed class OwnUsageTests(TestStack stack)
{
    [Fact]
    public async Task The_days_and_the_rows_of_the_ledger_add_up_to_the_standing()
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();
        for (var turn = 0; turn < 3; turn++)
        {
            await stack.WaitUntilRecorded((await user.Send(chat, $"Go {turn}. [[tokens=5]]")).MessageId);
        }

        var standing = (await user.Get("/api/usage")).Is(HttpStatusCode.OK).Json;
        var days = (await user.Get("/api/usage/daily")).Is(HttpStatusCode.OK).Json["items"]!.AsArray();
        var first = (await user.Get("/api/usage/events?limit=2")).Is(HttpStatusCode.OK).Json;
        var second = (await user.Get($"/api/usage/events?limit=2&cursor={first["nextCursor"]}")).Is(HttpStatusCode.OK).Json;

        var events = first["items"]!.AsArray().Concat(second["items"]!.AsArray()).ToList();
        Assert.Equal((2, 3), (first["items"]!.AsArray().Count, events.Select(e => (string?)e!["id"]).Distinct().Count()));
        Assert.Null(second["nextCursor"]);
        Assert.All(events, e => Assert.Equal((chat, "reported", 5), ((string?)e!["chatId"], (string?)e["quality"], (int)e["outputTokens"]!)));
        Assert.Equal(3, days.Sum(d => (int)d!["calls"]!));
        foreach (var list in new IEnumerable<JsonNode?>[] { days, events })
        {
            Assert.Equal((decimal)standing["cost"]!["used"]!, list.Sum(e => (decimal)e!["cost"]!));
            Assert.Equal((long)standing["tokens"]!["used"]!, list.Sum(e => (long)e!["inputTokens"]! + (long)e["outputTokens"]!));
        }
    }

    [Fact]
    public async Task Nobody_sees_the_usage_of_somebody_else()
    {
        var (user, stranger) = (await stack.NewUser(), await stack.NewUser());
        await stack.WaitUntilRecorded((await user.Send(await user.NewChat(), "Go. [[tokens=2]]")).MessageId);

        Assert.Empty((await stranger.Get("/api/usage/daily")).Is(HttpStatusCode.OK).Json["items"]!.AsArray());
        Assert.Empty((await stranger.Get("/api/usage/events")).Is(HttpStatusCode.OK).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task A_leap_year_is_listed_at_once() =>
        (await (await stack.NewUser()).Get("/api/usage/daily?from=2024-01-01&to=2024-12-31")).Is(HttpStatusCode.OK);

    [Theory]
    [InlineData("/api/usage/daily?from=yesterday")]
    [InlineData("/api/usage/daily?to=2026-02-30")]
    [InlineData("/api/usage/daily?from=2026-02-02&to=2026-02-01")]
    [InlineData("/api/usage/daily?from=2020-01-01&to=2026-01-01")]
    [InlineData("/api/usage/daily?from=2025-01-01&to=2026-01-02")]
    [InlineData("/api/usage/events?limit=0")]
    [InlineData("/api/usage/events?cursor=nonsense")]
    public async Task What_is_no_day_or_no_page_is_refused(string path) =>
        (await (await stack.NewUser()).Get(path)).IsProblem(HttpStatusCode.BadRequest, "invalid_request");
}
