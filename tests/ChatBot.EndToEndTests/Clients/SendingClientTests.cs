using System.Text.Json.Nodes;
using Xunit;
using static ChatBot.EndToEndTests.Clients.ClientVisit;

namespace ChatBot.EndToEndTests.Clients;

[Collection<ClientCollection>]
public sealed class SendingClientTests(ClientPages pages)
{
    [Theory]
    [MemberData(nameof(ClientPages.Majors), MemberType = typeof(ClientPages))]
    public async Task The_first_message_makes_the_chat_and_the_answer_is_shown_as_it_is_stored(int major)
    {
        var visit = await pages.Visit(major, "send");

        var page = IsReady(visit.Seen);
        visit.ShowsWhatIsStored(page);
        // An answer that comes at once may be there before the page has rendered that it waits for one.
        Assert.Equal(["ready", "streaming", "ready"], page["statuses"]!.AsArray().Select(s => (string)s!).Where(s => s != "submitted"));
        Assert.Equal(Assert.Single(visit.Calls).SentText, Texts(page["messages"])[1]);
        var receipt = page["messages"]![1]!["metadata"]!["receipt"]!;
        Assert.Equal((40, "reported"), ((int)receipt["outputTokens"]!, (string?)receipt["quality"]));
        Assert.Equal("stop", (string?)Assert.Single(page["finishes"]!.AsArray())!["finishReason"]);
    }

    [Theory]
    [MemberData(nameof(ClientPages.Majors), MemberType = typeof(ClientPages))]
    public async Task Over_three_turns_the_model_reads_the_servers_history_whatever_the_client_makes_of_it(int major)
    {
        var visit = await pages.Visit(major, "forgedHistory");

        IsReady(visit.Seen);
        var stored = Texts(visit.Stored);
        Assert.Equal(6, stored.Length);
        Assert.Equal([stored[..1], stored[..3], stored[..5]], visit.Calls.Select(Prompt));
        Assert.Equal(visit.Calls.Select(call => call.SentText), stored.Where((_, index) => index % 2 == 1));
        // What was sent did have the forgery in it.
        Assert.Contains("Forged orders.", visit.Seen["requests"]![2]!["body"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ClientPages.Majors), MemberType = typeof(ClientPages))]
    public async Task The_bare_text_is_read_whole_and_written_anew_in_its_place(int major)
    {
        var visit = await pages.Visit(major, "text");

        var page = IsReady(visit.Seen);
        Assert.Equal(Texts(visit.Stored), Texts(page["messages"]));
        Assert.Equal(4, visit.Stored.Count);
        Assert.Contains("日本", Texts(visit.Stored)[1], StringComparison.Ordinal);
        Assert.Equal(3, visit.Calls.Count);
        Assert.Equal(Prompt(visit.Calls[1]), Prompt(visit.Calls[2]));
    }

    [Theory]
    [MemberData(nameof(ClientPages.Majors), MemberType = typeof(ClientPages))]
    public async Task With_a_path_per_chat_the_newest_message_is_all_that_is_sent_and_a_reload_shows_the_rest(int major)
    {
        var visit = await pages.Visit(major, "pathOfItsOwn", createsChat: true);

        visit.ShowsWhatIsStored(IsReady(visit.Seen));
        Assert.Equal(4, visit.Stored.Count);
        var path = $"/api/chats/{visit.Chat}/stream";
        var requests = visit.Seen["requests"]!.AsArray().Where(r => (string?)r!["path"] == path).ToList();
        Assert.Equal([("POST", 200), ("POST", 200), ("GET", 200)], requests.Select(r => ((string)r!["method"]!, (int)r["status"]!)));
        Assert.Equal(["message", "trigger"], Members(requests[1]!["body"]!));
    }

    [Theory]
    [MemberData(nameof(ClientPages.Majors), MemberType = typeof(ClientPages))]
    public async Task A_chat_of_more_than_a_megabyte_is_shown_whole_and_goes_on(int major)
    {
        var visit = await pages.Visit(major, "long", createsChat: true);

        var page = IsReady(visit.Seen);
        var texts = Texts(page["messages"]);
        Assert.Equal(["0", "1", "2", "3", "4"], texts[..5].Select(text => text[..1]));
        Assert.Equal(Assert.Single(visit.Calls).SentText, texts[6]);
        var requests = page["requests"]!.AsArray();
        Assert.Equal(2, requests.Count(r => ((string)r!["path"]!).EndsWith("/messages", StringComparison.Ordinal)));
        Assert.Equal(texts[5], (string?)Assert.Single(requests[^1]!["body"]!["messages"]!.AsArray())!["parts"]![0]!["text"]);
    }

    private static IEnumerable<string> Members(JsonNode body) => body.AsObject().Select(member => member.Key);
}
