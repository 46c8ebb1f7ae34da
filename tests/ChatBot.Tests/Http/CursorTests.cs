using System.Buffers.Text;
using System.Net;
using ChatBot.Functions.Http;
using ChatBot.Tests.Stack;
using Xunit;

namespace ChatBot.Tests.Http;

public sealed class CursorTests(TestStack stack)
{
    [Fact]
    public void A_cursor_reads_back_as_it_was_written()
    {
        var (time, id) = (new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero).AddTicks(1_234_560), Guid.NewGuid());

        Assert.True(Paging.TryReadCursor(Paging.Cursor(time, id), out var readTime, out var readId));

        Assert.Equal(time, readTime);
        Assert.Equal(id, readId);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("////////////////////////////////")]
    [InlineData("________________________________")]
    [InlineData("        AAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("éééééééééééééééééééééééééééééééé")]
    [InlineData("2026-11-22T10:00:00Z")]
    public async Task A_cursor_that_is_none_of_ours_is_refused_naming_it(string cursor)
    {
        var user = await stack.NewUser();

        var problem = (await user.Get($"/api/chats?cursor={Uri.EscapeDataString(cursor)}")).IsProblem(HttpStatusCode.BadRequest, "invalid_request");

        Assert.NotNull(problem["errors"]!["cursor"]);
    }

    [Fact]
    public async Task A_truncated_cursor_is_refused()
    {
        var user = await stack.NewUser();
        var cursor = Paging.Cursor(DateTimeOffset.UtcNow, Guid.NewGuid());

        for (var length = 1; length < cursor.Length; length++)
        {
            (await user.Get($"/api/chats?cursor={cursor[..length]}")).IsProblem(HttpStatusCode.BadRequest, "invalid_request");
        }
    }

    [Fact]
    public async Task A_tampered_cursor_gives_at_most_another_place_in_ones_own_list()
    {
        var (user, other) = (await stack.NewUser(), await stack.NewUser());
        var own = new HashSet<string>();
        for (var n = 0; n < 3; n++)
        {
            await other.NewChat();
            own.Add(await user.NewChat());
        }

        var random = new Random(20261122);
        var cursor = Base64Url.DecodeFromChars((string)(await user.Get("/api/chats?limit=1")).Json["nextCursor"]!);
        for (var n = 0; n < 200; n++)
        {
            // Half of them in the id alone, half of them anywhere.
            var tampered = (byte[])cursor.Clone();
            random.NextBytes(n % 2 == 0 ? tampered.AsSpan(8) : tampered.AsSpan(random.Next(8), random.Next(1, 8)));
            var answer = await user.Get($"/api/chats?cursor={Base64Url.EncodeToString(tampered)}");
            if (answer.Status == HttpStatusCode.OK)
            {
                Assert.All(answer.Json["items"]!.AsArray(), chat => Assert.Contains((string)chat!["id"]!, own));
            }
            else
            {
                answer.IsProblem(HttpStatusCode.BadRequest, "invalid_request");
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_cursor_at_the_end_of_time_is_harmless(int ticksBefore)
    {
        var user = await stack.NewUser();
        var chat = await user.NewChat();

        var latest = await user.Get($"/api/chats?cursor={Paging.Cursor(DateTimeOffset.MaxValue.AddTicks(-ticksBefore), Guid.Empty)}");
        var earliest = await user.Get($"/api/chats?cursor={Paging.Cursor(DateTimeOffset.UnixEpoch, Guid.Empty)}");

        Assert.Equal(chat, (string?)latest.Is(HttpStatusCode.OK).Json["items"]![0]!["id"]);
        Assert.Empty(earliest.Is(HttpStatusCode.OK).Json["items"]!.AsArray());
    }
}
