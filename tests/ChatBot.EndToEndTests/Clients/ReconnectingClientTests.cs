using System.Text.Json.Nodes;
using Xunit;
using static ChatBot.EndToEndTests.Clients.ClientVisit;

namespace ChatBot.EndToEndTests.Clients;

[Collection<ClientCollection>]
public sealed class ReconnectingClientTests(ClientPages pages)
{
    public static TheoryData<int, string> MajorsAndCuts { get; } = ClientPages.Each(
        "cutBeforeTheFirstToken",
        "cutInTheMiddle",
        "cutBehindTheLastToken",
        "awayFromBeforeTheFirstToken",
        "awayFromTheMiddleOn",
        "awayFromBehindTheLastToken",
        "inPieces");

    public static TheoryData<int, string> MajorsAndAbsences { get; } = ClientPages.Each("tooLongAway", "tooLongAwayUntilItEnds");

    [Theory]
    [MemberData(nameof(MajorsAndCuts))]
    public async Task Whenever_its_connection_breaks_an_answer_only_grows_on_the_page_until_it_is_whole(int major, string scenario)
    {
        var visit = await pages.Visit(major, scenario);

        var page = IsReady(visit.Seen);
        visit.ShowsWhatIsStored(page);
        Assert.Equal(Assert.Single(visit.Calls).SentText, Texts(visit.Stored)[1]);
        Assert.Equal(("complete", 0), (Statuses(Answers(page))[0], (int)page["rewrites"]!));
        Assert.True(page["requests"]!.AsArray().Count > 2, "Nothing was asked for again.");
    }

    [Theory]
    [MemberData(nameof(MajorsAndAbsences))]
    public async Task After_a_longer_absence_an_error_is_shown_and_the_answer_is_shown_whole_when_it_is_resumed(int major, string scenario)
    {
        var visit = await pages.Visit(major, scenario);

        var lost = visit.Seen["lost"]!;
        Assert.Equal(("error", "There is no connection."), ((string?)lost["status"], (string?)lost["error"]));
        Assert.Equal(["streaming"], Statuses(Answers(lost)));
        visit.ShowsWhatIsStored(IsReady(visit.Seen["after"]));
        Assert.Equal(Assert.Single(visit.Calls).SentText, Texts(visit.Stored)[1]);
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
    public async Task An_answer_that_ends_after_half_of_it_was_loaded_is_shown_whole(int major)
    {
        var visit = await pages.Visit(major, "reloadAtTheEnd");

        Assert.Equal("streaming", (string?)visit.Seen["half"]![1]!["metadata"]!["status"]);
        var page = IsReady(visit.Seen["after"]);
        visit.ShowsWhatIsStored(page);
        Assert.Equal(["complete"], Statuses(Answers(page)));
        Assert.Equal(Assert.Single(visit.Calls).SentText, Texts(visit.Stored)[1]);
    }

    [Theory]
    [MemberData(nameof(ClientPages.Majors), MemberType = typeof(ClientPages))]
    public async Task Where_nothing_runs_a_page_that_resumes_stays_as_it_is(int major)
    {
        var visit = await pages.Visit(major, "nothingRuns");

        var page = IsReady(visit.Seen);
        visit.ShowsWhatIsStored(page);
        Assert.DoesNotContain("streaming", page["statuses"]!.AsArray().Select(s => (string)s!));
        Assert.Empty(Resumed(page));
    }

    [Theory]
    [MemberData(nameof(ClientPages.Majors), MemberType = typeof(ClientPages))]
    public async Task Each_tab_shows_the_whole_answer_also_the_one_that_was_refused_a_message_meanwhile(int major)
    {
        var visit = await pages.Visit(major, "tabs");

        IsProblem(visit.Seen["refused"], "completion_in_progress");
        Assert.All(visit.Seen["after"]!.AsArray(), page => visit.ShowsWhatIsStored(IsReady(page)));
        Assert.Equal(["complete", "stopped"], Statuses(visit.Stored));
        Assert.Single(visit.Calls);
    }

    private static int[] Resumed(JsonNode page) =>
        [.. page["requests"]!.AsArray().Where(r => ((string)r!["path"]!).EndsWith("/stream", StringComparison.Ordinal)).Select(r => (int)r!["status"]!)];
}
