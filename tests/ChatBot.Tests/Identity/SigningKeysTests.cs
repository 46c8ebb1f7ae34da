using ChatBot.Local;
using Xunit;

namespace ChatBot.Tests.Identity;

public sealed class SigningKeysTests : IAsyncLifetime
{
    private readonly SigningKey _key = SigningKey.Create();
    private readonly SigningKey _next = SigningKey.Create();
    private KeyServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await KeyServer.Start(_key);

    [Fact]
    public async Task The_keys_are_fetched_once_for_many_first_tokens()
    {
        var keys = _server.NewKeys();

        var found = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => keys.Find(_key.Id, Cancellation).AsTask()));

        Assert.All(found, of => Assert.Single(of));
        Assert.Equal(1, _server.Auth.Requests);
    }

    [Fact]
    public async Task Unknown_key_ids_cause_one_fetch_in_30_seconds_however_many_come()
    {
        var keys = _server.NewKeys();
        await keys.Find(_key.Id, Cancellation);

        for (var second = 0; second < 90; second++)
        {
            await Task.WhenAll(Enumerable.Range(0, 20).Select(n => keys.Find($"unknown-{second}-{n}", Cancellation).AsTask()));
            _server.Time.Advance(TimeSpan.FromSeconds(1));
        }

        // At the start, after 30 s and after 60 s.
        Assert.Equal(3, _server.Auth.Requests);
    }

    [Fact]
    public async Task Callers_who_leave_do_not_make_it_ask_again()
    {
        var keys = _server.NewKeys();
        await keys.Find(_key.Id, Cancellation);
        _server.Time.Advance(TimeSpan.FromSeconds(31));

        for (var n = 0; n < 10; n++)
        {
            using var impatient = new CancellationTokenSource();
            var find = keys.Find($"unknown-{n}", impatient.Token);
            await impatient.CancelAsync();
            await Record.ExceptionAsync(async () => await find);
        }

        await keys.Find("unknown", Cancellation);
        Assert.Equal(2, _server.Auth.Requests);
    }

    [Fact]
    public async Task A_key_that_was_added_is_found_and_the_old_one_stays_good()
    {
        var keys = _server.NewKeys();
        await keys.Find(_key.Id, Cancellation);
        _server.Auth.Keys = [_key, _next];
        _server.Time.Advance(TimeSpan.FromSeconds(30));

        Assert.Single(await keys.Find(_next.Id, Cancellation));
        Assert.Single(await keys.Find(_key.Id, Cancellation));
    }

    [Fact]
    public async Task A_key_that_was_taken_away_is_no_longer_good_after_ten_minutes()
    {
        var keys = _server.NewKeys();
        await keys.Find(_key.Id, Cancellation);
        _server.Auth.Keys = [_next];

        _server.Time.Advance(TimeSpan.FromMinutes(9));
        Assert.Single(await keys.Find(_key.Id, Cancellation));
        _server.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(await keys.Find(_key.Id, Cancellation));
    }

    [Fact]
    public async Task Keys_once_fetched_stay_good_for_as_long_as_the_endpoint_is_down()
    {
        var keys = _server.NewKeys();
        await keys.Find(_key.Id, Cancellation);
        _server.Auth.Available = false;

        for (var hour = 0; hour < 3; hour++)
        {
            _server.Time.Advance(TimeSpan.FromHours(1));
            Assert.Single(await keys.Find(_key.Id, Cancellation));
            Assert.Empty(await keys.Find("unknown", Cancellation));
        }
    }

    [Fact]
    public async Task While_nothing_was_ever_fetched_it_asks_every_5_seconds()
    {
        var keys = _server.NewKeys();
        _server.Auth.Available = false;
        for (var second = 0; second < 10; second++)
        {
            await Assert.ThrowsAsync<HttpRequestException>(async () => await keys.Find(_key.Id, Cancellation));
            _server.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(2, _server.Auth.Requests);
        _server.Auth.Available = true;

        Assert.Single(await keys.Find(_key.Id, Cancellation));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _key.Dispose();
        _next.Dispose();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
}
