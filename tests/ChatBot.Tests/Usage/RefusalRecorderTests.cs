using System.Text.Json;
using ChatBot.Functions.Database;
using ChatBot.Functions.Problems;
using ChatBot.Functions.Usage;
using ChatBot.Tests.Database;
using ChatBot.Tests.Problems;
using ChatBot.Tests.Stack;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ChatBot.Tests.Usage;

public sealed class RefusalRecorderTests(TestStack stack) : IAsyncLifetime
{
    private const string Function = "record_refusals";
    private const string Count = "select coalesce(sum(r.count), 0)::integer from billing.refusals r where r.user_id = any ($1)";

    private static readonly ProblemResult s_tooFast = new(ProblemKind.RateLimited, "Too many sends in a short time.");

    private readonly DatabaseWire _wire = new(stack.Local.Postgres.Port);
    private readonly PausingTime _time = new();
    private readonly LogJournal _log = new();
    private Guid _user;
    private TestProgram _program = null!;
    private ILoggerFactory _logging = null!;
    private RefusalRecorder _recorder = null!;

    public async ValueTask InitializeAsync()
    {
        _user = await stack.NewAccount();
        _program = await stack.StartWithoutTriggers(_wire);
        _logging = LoggerFactory.Create(l => l.AddProvider(_log));
        _recorder = new RefusalRecorder(_program.Services.GetRequiredService<ChatBotDatabase>(), _time, _logging.CreateLogger<RefusalRecorder>());
        await _recorder.StartAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_is_refused_within_a_second_is_one_write_for_all_users()
    {
        var (other, third) = (await stack.NewAccount(), await stack.NewAccount());
        _recorder.Record(_user, s_tooFast);
        await Until(1, _user);
        await Pause(1);
        var second = _wire.Watch(new Tripwire(WireAction.Hold, "", [Function], passing: 0, times: 1));

        for (var time = 0; time < 5; time++)
        {
            _recorder.Record(_user, s_tooFast);
            _recorder.Record(other, s_tooFast);
        }

        _time.Advance(TimeSpan.FromMilliseconds(900));
        _recorder.Record(third, s_tooFast);
        Assert.False(second.Reached.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        var written = await second.Reached;
        second.Release();

        Assert.Equal([5, 5, 1], Counts(written, _user, other, third));
        await Until(12, _user, other, third);
    }

    [Fact]
    public async Task What_cannot_be_written_is_written_when_the_database_is_back()
    {
        _wire.Cut();
        _recorder.Record(_user, s_tooFast);
        await Pause(1);
        Assert.Contains(_log.Lines, line => line.Contains("could not be written", StringComparison.Ordinal));
        _recorder.Record(_user, s_tooFast);
        _wire.Mend();

        _time.Advance(TimeSpan.FromSeconds(5));

        await Until(2, _user);
        Assert.InRange(await stack.Scalar<double>("select extract(epoch from last_at - first_at)::float8 from billing.refusals where user_id = $1", _user), 0, 1);
    }

    [Fact]
    public async Task What_the_database_does_not_take_is_told_and_keeps_nothing_else_waiting()
    {
        var absurd = new ProblemResult(ProblemKind.UsageCapExceeded, "No.", facts: new Dictionary<string, JsonElement> { ["cap"] = JsonElement.Parse("\"hat\"") });
        _recorder.Record(await stack.NewAccount(), absurd);
        await Pause(1);
        Assert.Contains(_log.Lines, line => line.Contains("refusals_cap_known", StringComparison.Ordinal));

        _recorder.Record(_user, s_tooFast);
        _time.Advance(TimeSpan.FromSeconds(1));

        await Until(1, _user);
    }

    [Fact]
    public async Task The_rest_is_written_when_the_program_ends()
    {
        _recorder.Record(_user, s_tooFast);
        await Until(1, _user);
        _recorder.Record(_user, s_tooFast);

        await _recorder.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, await stack.Scalar<int>(Count, (Guid[])[_user]));
    }

    [Fact]
    public async Task What_waits_is_bounded_and_what_is_beyond_it_is_told()
    {
        var users = (await stack.Scalar<Guid[]>(
            "with made as (insert into auth.users (id, email) select gen_random_uuid(), gen_random_uuid() || '@example.com' from generate_series(1, 10003) returning id) select array_agg(id) from made"))!;
        _recorder.Record(_user, s_tooFast);
        await Until(1, _user);
        await Pause(1);

        foreach (var user in users)
        {
            _recorder.Record(user, s_tooFast);
        }

        _recorder.Record(users[0], s_tooFast);
        _time.Advance(TimeSpan.FromSeconds(1));

        await Until(10_001, users);
        Assert.Contains(_log.Lines, line => line.Contains("3 refusals are not recorded", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Neither_who_is_refused_nor_who_sends_waits_for_the_write()
    {
        var write = _wire.Watch(new Tripwire(WireAction.Hold, "", [Function], passing: 0, times: 1));
        var (refused, honest) = (await stack.NewUser(_program), await stack.NewUser(_program));
        await stack.Execute("insert into billing.user_plans (user_id, plan_id, token_cap) values ($1, 'free', 5)", refused.Id);
        var (first, second) = (await refused.NewChat(), await honest.NewChat());

        (await refused.Post($"/api/chats/{first}/stream", StackExtensions.SendBody("Hi"))).IsProblem(System.Net.HttpStatusCode.TooManyRequests, "usage_cap_exceeded");
        await write.Reached;
        (await refused.Post($"/api/chats/{first}/stream", StackExtensions.SendBody("Hi"))).IsProblem(System.Net.HttpStatusCode.TooManyRequests, "usage_cap_exceeded");
        Assert.Equal("finish", (string?)(await honest.Send(second, "Hi. [[tokens=2]]")).Last["type"]);

        Assert.Equal(0, await stack.Scalar<int>(Count, (Guid[])[refused.Id]));
        write.Release();
        await Until(2, refused.Id);
    }

    public async ValueTask DisposeAsync()
    {
        _wire.Mend();
        await _recorder.StopAsync(TestContext.Current.CancellationToken);
        _recorder.Dispose();
        _logging.Dispose();
        await _program.DisposeAsync();
        await _wire.DisposeAsync();
    }

    /// <summary>Returns when the recorder waits before its next write.</summary>
    private Task Pause(int number) => stack.WaitUntil(() => Task.FromResult(_time.Pauses >= number));

    private Task Until(int count, params Guid[] users) =>
        stack.WaitUntil(async () => await stack.Scalar<int>(Count, users) == count);

    private static List<int> Counts(string request, params Guid[] users)
    {
        var json = request[request.IndexOf('[', StringComparison.Ordinal)..(request.LastIndexOf(']') + 1)];
        var counts = JsonElement.Parse(json).EnumerateArray().ToDictionary(r => r.GetProperty("userId").GetGuid(), r => r.GetProperty("count").GetInt32());
        return [.. users.Select(user => counts[user])];
    }

    private sealed class PausingTime : FakeTimeProvider
    {
        private int _pauses;

        public int Pauses => Volatile.Read(ref _pauses);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Interlocked.Increment(ref _pauses);
            return timer;
        }
    }
}
