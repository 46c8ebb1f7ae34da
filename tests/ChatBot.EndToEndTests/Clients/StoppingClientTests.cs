using Xunit;
using static ChatBot.EndToEndTests.Clients.ClientVisit;

namespace ChatBot.EndToEndTests.Clients;

[Collection<ClientCollection>]
public sealed class StoppingClientTests(ClientPages pages)
{
    [Theory]
    [MemberData(nameof(ClientPages.Majors), MemberType = typeof(ClientPages))]
    public async Task Stopped_at_any_instance_an_answer_is_shown_as_it_is_stored_and_the_next_message_can_be_sent_at_once(int major)
    {
        var visit = await pages.Visit(major, "stop");

        Assert.Equal("stopped", (string?)Answers(IsReady(visit.Seen["stopped"]))[0]!["note"]);
        var page = IsReady(visit.Seen["after"]);
        visit.ShowsWhatIsStored(page);
        Assert.Equal(["complete", "stopped", "complete", "complete"], Statuses(visit.Stored));
        Assert.Equal(["stopped", "complete"], Statuses(Answers(page)));
        Assert.True(visit.Calls[0].SentTokens < 300, $"{visit.Calls[0].SentTokens} tokens were sent after all.");
    }

    /// <summary>Also before it: 0 to 10 ms after the message was sent, in a new chat and in one that exists.</summary>
    [Theory]
    [MemberData(nameof(ClientPages.Majors), MemberType = typeof(ClientPages))]
    public async Task Stopped_about_when_its_message_arrives_no_answer_runs_to_its_end(int major)
    {
        var visit = await pages.Visit(major, "stopBeforeItArrives");

        Assert.All(Answers(IsReady(visit.Seen["stopped"])), answer => Assert.Equal("stopped", (string?)answer!["note"]));
        var page = IsReady(visit.Seen["after"]);
        visit.ShowsWhatIsStored(page);
        Assert.Equal([.. Enumerable.Repeat("stopped", 7), "complete"], Statuses(Answers(page)));
        Assert.All(visit.Calls, call => Assert.True(call.SentTokens < 300, $"{call.SentTokens} tokens were sent after all."));
    }

    [Theory]
    [MemberData(nameof(ClientPages.Majors), MemberType = typeof(ClientPages))]
    public async Task Stopped_after_its_end_an_answer_stays_and_the_next_one_comes(int major)
    {
        var visit = await pages.Visit(major, "stopAfterTheEnd");

        visit.ShowsWhatIsStored(IsReady(visit.Seen));
        Assert.Equal(["complete", "complete"], Statuses(Answers(visit.Seen)));
    }
}
