using Xunit;
using static ChatBot.EndToEndTests.Clients.ClientVisit;

namespace ChatBot.EndToEndTests.Clients;

[Collection<ClientCollection>]
public sealed class ChangingClientTests(ClientPages pages)
{
    public static TheoryData<int, string> MajorsAndScenarios { get; } = ClientPages.Each("changes", "changesAtItsOwnPath");

    /// <summary>Two turns, the last answer anew, the first answer anew, a turn, and the first message edited.</summary>
    [Theory]
    [MemberData(nameof(MajorsAndScenarios))]
    public async Task Answers_written_anew_and_messages_edited_are_the_history_from_then_on(int major, string scenario)
    {
        var visit = await pages.Visit(major, scenario, createsChat: scenario == "changesAtItsOwnPath");

        visit.ShowsWhatIsStored(IsReady(visit.Seen["after"]));
        var steps = visit.Seen["steps"]!.AsArray();
        var texts = steps.Select(Texts).ToList();
        Assert.Equal([2, 4, 4, 2, 4, 2], texts.Select(t => t.Length));
        // The model read what was shown when it was asked, but for its own answer.
        Assert.Equal(texts.Select(t => t[..^1]), visit.Calls.Select(Prompt));
        Assert.Equal(texts.Select(t => t[^1]), visit.Calls.Select(call => call.SentText));
        Assert.Equal(6, steps.Select(step => Ids(step)[^1]).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(ClientPages.Majors), MemberType = typeof(ClientPages))]
    public async Task An_answer_that_is_asked_for_anew_while_it_runs_is_shown_once_and_written_once(int major)
    {
        var visit = await pages.Visit(major, "anewWhileItRuns");

        visit.ShowsWhatIsStored(IsReady(visit.Seen));
        Assert.Equal(Assert.Single(visit.Calls).SentText, Texts(visit.Stored)[1]);
    }
}
