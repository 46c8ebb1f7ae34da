using System.Text.Json.Nodes;
using Xunit;
using static ChatBot.EndToEndTests.Clients.ClientVisit;

namespace ChatBot.EndToEndTests.Clients;

[Collection<ClientCollection>]
public sealed class FailingClientTests(ClientPages pages)
{
    [Theory]
    [MemberData(nameof(ClientPages.Majors), MemberType = typeof(ClientPages))]
    public async Task At_a_cap_the_page_has_the_whole_problem_for_an_error(int major)
    {
        var user = await pages.NewUser();
        await using var cap = pages.Published.Database.CreateCommand("insert into billing.user_plans (user_id, plan_id, token_cap) values ($1, 'free', 100)");
        cap.Parameters.Add(new() { Value = user.Id });
        await cap.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var visit = await pages.Visit(major, "refused", user);

        var problem = IsProblem(visit.Seen, "usage_cap_exceeded");
        Assert.Equal((429, "tokens", 100), ((int)problem["status"]!, (string?)problem["cap"], (int)problem["limit"]!));
        Assert.True((int)problem["retryAfterSeconds"]! > 0);
        Assert.Empty(visit.Calls);
    }

    [Theory]
    [MemberData(nameof(ClientPages.Majors), MemberType = typeof(ClientPages))]
    public async Task An_answer_that_never_began_is_written_when_it_is_tried_again(int major)
    {
        var visit = await pages.Visit(major, "failed");

        var problem = IsProblem(visit.Seen["failure"], "model_failed");
        Assert.Equal(502, (int)problem["status"]!);
        Assert.Equal(3, Ids(visit.Seen["failure"]!["messages"]).Length);
        visit.ShowsWhatIsStored(IsReady(visit.Seen["after"]));
        Assert.Equal(["complete", "complete", "complete", "complete"], Statuses(visit.Stored));
    }

    [Theory]
    [MemberData(nameof(ClientPages.Majors), MemberType = typeof(ClientPages))]
    public async Task An_answer_that_broke_off_keeps_its_text_until_it_is_written_anew(int major)
    {
        var visit = await pages.Visit(major, "cut");

        IsProblem(visit.Seen["failure"], "interrupted");
        Assert.Equal(visit.Calls[0].SentText, Texts(visit.Seen["failure"]!["messages"])[1]);
        visit.ShowsWhatIsStored(IsReady(visit.Seen["after"]));
        Assert.Equal(["complete", "complete", "complete", "complete"], Statuses(visit.Stored));
        Assert.Equal(60, visit.Calls[1].SentTokens);
    }

    [Theory]
    [MemberData(nameof(ClientPages.Majors), MemberType = typeof(ClientPages))]
    public async Task A_message_that_never_arrived_is_the_one_that_is_answered_when_it_is_tried_again(int major)
    {
        var visit = await pages.Visit(major, "neverArrived");

        Assert.Equal("error", (string?)visit.Seen["failure"]!["status"]);
        visit.ShowsWhatIsStored(IsReady(visit.Seen["after"]));
        Assert.Equal(4, visit.Stored.Count);
        Assert.Equal(20, visit.Calls[^1].SentTokens);
    }

    [Theory]
    [MemberData(nameof(ClientPages.Majors), MemberType = typeof(ClientPages))]
    public async Task A_message_that_was_sent_too_early_is_refused_and_the_page_can_catch_up(int major)
    {
        var visit = await pages.Visit(major, "tooEarly");

        Assert.Equal("Too early.", Texts(visit.Seen["refused"]!["messages"])[^1]);
        visit.ShowsWhatIsStored(IsReady(visit.Seen["after"]));
        Assert.Equal(["complete", "stopped"], Statuses(visit.Stored));
        Assert.Single(visit.Calls);
    }

    [Theory]
    [MemberData(nameof(ClientPages.Majors), MemberType = typeof(ClientPages))]
    public async Task How_an_answer_ended_badly_is_shown_at_once_and_after_a_reload_and_without_an_empty_bubble(int major)
    {
        var visit = await pages.Visit(major, "badEnds");

        IsProblem(visit.Seen["before"], "model_failed");
        Assert.Equal([("interrupted", 1), ("stopped", 0)], Notes(visit.Seen["before"]));
        var after = IsReady(visit.Seen["after"]);
        visit.ShowsWhatIsStored(after);
        Assert.Equal([("interrupted", 1), ("stopped", 0), ("failed", 0)], Notes(after));
    }

    [Theory]
    [MemberData(nameof(ClientPages.Majors), MemberType = typeof(ClientPages))]
    public async Task The_history_of_an_unknown_chat_is_empty_and_a_refusal_of_it_is_the_problem(int major)
    {
        var visit = await pages.Visit(major, "noHistory");

        Assert.Empty(visit.Seen["ofAnUnknownChat"]!.AsArray());
        var problem = JsonNode.Parse((string)visit.Seen["withoutAToken"]!)!;
        Assert.Equal((401, "unauthenticated"), ((int)problem["status"]!, (string?)problem["code"]));
    }

    /// <summary>What is said of its answers, and how many bubbles each has.</summary>
    private static IEnumerable<(string?, int)> Notes(JsonNode? page) =>
        Answers(page).Select(answer => ((string?)answer!["note"], (int)answer["bubbles"]!));
}
