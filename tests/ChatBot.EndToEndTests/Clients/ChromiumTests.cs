using Xunit;
using static ChatBot.EndToEndTests.Clients.ClientVisit;

namespace ChatBot.EndToEndTests.Clients;

/// <summary>In a browser, on a page of another origin, with a network that breaks beneath it.</summary>
[Collection<ClientCollection>]
public sealed class ChromiumTests(ClientPages pages)
{
    public static TheoryData<int, string> MajorsAndConnections { get; } = ClientPages.Each("shown", "cut", "away");

    public static TheoryData<int, string> MajorsAndStops { get; } = ClientPages.Each("stop", "reload");

    [Theory]
    [MemberData(nameof(MajorsAndConnections))]
    public async Task Whatever_becomes_of_its_connection_an_answer_only_grows_on_the_screen_until_it_is_whole(int major, string scenario)
    {
        var visit = await pages.VisitInChromium(major, scenario);

        OnlyGrows(visit);
        Assert.Equal(["complete", "complete"], Statuses(visit.Stored));
        Assert.Equal(Assert.Single(visit.Calls).SentText, Texts(visit.Stored)[1]);
    }

    [Theory]
    [MemberData(nameof(MajorsAndStops))]
    public async Task A_stopped_answer_is_shown_as_it_is_stored_also_on_a_page_that_was_reloaded_while_it_ran(int major, string scenario)
    {
        var visit = await pages.VisitInChromium(major, scenario);

        OnlyGrows(visit);
        Assert.Equal("stopped", (string?)visit.Seen["messages"]![1]!["note"]);
        Assert.Equal(["complete", "stopped"], Statuses(visit.Stored));
    }

    private static void OnlyGrows(ClientVisit visit)
    {
        visit.ShowsWhatIsStored(IsReady(visit.Seen));
        Assert.Empty(visit.Seen["errors"]!.AsArray());
        var texts = visit.Seen["texts"]!.AsArray().Select(text => (string)text!).ToList();
        Assert.True(texts.Count > 1, "It was not shown as it came.");
        Assert.All(texts.Zip(texts.Skip(1)), step => Assert.StartsWith(step.First, step.Second, StringComparison.Ordinal));
    }
}
