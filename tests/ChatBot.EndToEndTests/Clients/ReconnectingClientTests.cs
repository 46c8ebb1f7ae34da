using System.Text.Json.Nodes;
using Xunit;
using static ChatBot.EndToEndTests.Clients.ClientVisit;

namespace ChatBot.EndToEndTests.Clients;

public sealed class ReconnectingClientTests(ClientPages pages) : IClassFixture<ClientPages>
{
    [Theory]
    [MemberData(nameof(ClientPages.Majors), MemberType = typeof(ClientPages))]
    public async Task Stopped_at_any_instance_an_answer_keeps_what_was_shown_and_the_next_message_can_be_sent_at_once(int major)
    {
        var visit = await pages.Visit(major, "stop");

        var stopped = IsReady(visit.Seen["stopped"]);
        Assert.True((bool)Assert.Single(stopped["finishes"]!.AsArray())!["isAbort"]!);
        var page = IsReady(visit.Seen["after"]);
        Assert.Equal(["complete", "stopped", "complete", "complete"], Statuses(visit.Stored));
        Assert.Equal(Ids(visit.Stored), Ids(page["messages"]));
        var stored = Texts(visit.Stored)[1];
        Assert.StartsWith(Texts(stopped["messages"])[1], stored, StringComparison.Ordinal);
        Assert.True(visit.Calls[0].SentTokens < 300, $"{visit.Calls[0].SentTokens} tokens were sent after all.");
    }

    [Theory]
    [MemberData(nameof(ClientPages.Majors), MemberType = typeof(ClientPages))]
    public async Task A_reloaded_page_at_another_instance_shows_the_running_answer_from_its_first_part_to_its_end(int major)
    {
        var visit = await pages.Visit(major, "reload");

        var (before, first, after) = (visit.Seen["before"]!, visit.Seen["first"]!, IsReady(visit.Seen["after"]));
        visit.ShowsWhatIsStored(after);
        Assert.Equal(Assert.Single(visit.Calls).SentText, Texts(visit.Stored)[1]);
        Assert.Equal(Ids(before["messages"]), Ids(first["messages"]));
        // It was followed, not only found when it was over.
        Assert.Equal("streaming", (string?)first["status"]);
        Assert.True(Texts(first["messages"])[1].Length < Texts(after["messages"])[1].Length);
        Assert.Equal(200, Resumed(after)[^1]);
    }

    [Theory]
    [MemberData(nameof(ClientPages.Majors), MemberType = typeof(ClientPages))]
    public async Task Where_nothing_runs_a_page_that_resumes_stays_as_it_is(int major)
    {
        var visit = await pages.Visit(major, "nothingRuns");

        var page = IsReady(visit.Seen);
        visit.ShowsWhatIsStored(page);
        Assert.DoesNotContain("streaming", page["statuses"]!.AsArray().Select(s => (string)s!));
        Assert.Equal([204, 204], Resumed(page));
    }

    /// <summary>The majors before 7 append the replay to the half that they have: with them the page is reloaded.</summary>
    [Fact]
    public async Task After_a_lost_connection_the_same_page_shows_the_answer_once()
    {
        var visit = await pages.Visit(7, "lostConnection");

        Assert.True((bool)Assert.Single(visit.Seen["lost"]!["finishes"]!.AsArray())!["isDisconnect"]!);
        visit.ShowsWhatIsStored(IsReady(visit.Seen["after"]));
    }

    private static int[] Resumed(JsonNode page) =>
        [.. page["requests"]!.AsArray().Where(r => (string?)r!["method"] == "GET" && ((string)r["path"]!).StartsWith("/api/chat/", StringComparison.Ordinal))
            .Select(r => (int)r!["status"]!)];
}
